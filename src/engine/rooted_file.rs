//! Files beneath a root: opened component by component without following any link, regular files only, never blocking,
//! and compared with themselves afterwards, so that a file that changed while it was read is noticed.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, fstat, open, openat};

use super::error::EngineError;

/// What identifies one version of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    /// Bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub modified_ns: i128,
    /// Inode, so that a replaced file of the same size and time is noticed while it is read.
    inode: u64,
}

/// An open file of a table.
#[derive(Debug)]
pub struct RootedFile {
    root: PathBuf,
    path: String,
    file: File,
    stamp: FileStamp,
}

impl RootedFile {
    /// Opens `relative` beneath `root`.
    pub fn open(root: &Path, relative: &str) -> Result<Self, EngineError> {
        let failed = |errno: rustix::io::Errno| match errno {
            rustix::io::Errno::LOOP | rustix::io::Errno::NOTDIR => refused(relative, "it is a link, or lies behind one"),
            rustix::io::Errno::NXIO => refused(relative, "it is not a regular file"),
            errno => EngineError::Open {
                path: relative.to_owned(),
                source: io::Error::from(errno),
            },
        };
        let mut names = Vec::new();
        for component in Path::new(relative).components() {
            match component {
                Component::Normal(name) => names.push(name),
                _ => return Err(refused(relative, "the path leaves the connection's folder")),
            }
        }
        let Some((last, folders)) = names.split_last() else {
            return Err(refused(relative, "the path is empty"));
        };
        let folder_flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut folder: OwnedFd = open(root, folder_flags, Mode::empty()).map_err(|errno| EngineError::Open {
            path: root.display().to_string(),
            source: io::Error::from(errno),
        })?;
        for name in folders {
            folder = openat(&folder, *name, folder_flags | OFlags::NOFOLLOW, Mode::empty()).map_err(failed)?;
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file: File = openat(&folder, *last, flags, Mode::empty()).map_err(failed)?.into();
        let stamp = stamp_of(&file, relative)?;
        Ok(Self {
            root: root.to_owned(),
            path: relative.to_owned(),
            file,
            stamp,
        })
    }

    /// Path relative to the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What the file was when it was opened.
    pub fn stamp(&self) -> FileStamp {
        self.stamp
    }

    /// A handle with a position of its own, on the very same version of the file.
    pub fn reopen(&self) -> Result<File, EngineError> {
        let again = Self::open(&self.root, &self.path)?;
        if again.stamp == self.stamp {
            Ok(again.file)
        } else {
            Err(EngineError::Changed { path: self.path.clone() })
        }
    }

    /// Fails where the file, or what its name means by now, is no longer what was opened.
    pub fn ensure_unchanged(&self) -> Result<(), EngineError> {
        let changed = || EngineError::Changed { path: self.path.clone() };
        if stamp_of(&self.file, &self.path)? != self.stamp {
            return Err(changed());
        }
        self.reopen().map(drop).map_err(|_| changed())
    }
}

fn stamp_of(file: &File, path: &str) -> Result<FileStamp, EngineError> {
    let stat = fstat(file).map_err(|errno| EngineError::Open {
        path: path.to_owned(),
        source: io::Error::from(errno),
    })?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(refused(path, "it is not a regular file"));
    }
    let modified_ns = i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec);
    Ok(FileStamp {
        size: stat.st_size as u64,
        modified_ns,
        inode: stat.st_ino,
    })
}

fn refused(path: &str, reason: &str) -> EngineError {
    EngineError::Refused {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_regular_files_beneath_the_root_are_opened() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.csv"), "a\n1\n").unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("in")).unwrap();
        fs::write(root.path().join("in/good.csv"), "a\n1\n").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.csv"), root.path().join("link.csv")).unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        std::os::unix::fs::symlink("good.csv", root.path().join("in/inner.csv")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            root.path().join("pipe.csv"),
            FileType::Fifo,
            Mode::RUSR | Mode::WUSR,
            0,
        )
        .unwrap();
        assert!(RootedFile::open(root.path(), "in/good.csv").is_ok());
        let absolute = outside.path().join("secret.csv").display().to_string();
        let climbing = format!("../{}/secret.csv", outside.path().file_name().unwrap().to_str().unwrap());
        for path in [
            "link.csv",
            "out/secret.csv",
            "in/inner.csv",
            "pipe.csv",
            "in",
            "",
            ".",
            "/dev/zero",
            &absolute,
            &climbing,
            "in/../../x",
            "in/./good.csv/",
        ] {
            match RootedFile::open(root.path(), path) {
                Err(EngineError::Refused { .. } | EngineError::Open { .. }) => {}
                other => assert!(path.starts_with("in/./") && other.is_ok(), "{path}: {other:?}"),
            }
        }
        assert!(matches!(RootedFile::open(root.path(), "none.csv"), Err(EngineError::Open { .. })));
    }

    #[test]
    fn a_file_that_changes_or_is_replaced_is_noticed() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("t.csv");
        fs::write(&path, "a\n1\n").unwrap();
        let open = RootedFile::open(root.path(), "t.csv").unwrap();
        open.ensure_unchanged().unwrap();
        fs::write(root.path().join("new"), "a\n1\n").unwrap();
        fs::rename(root.path().join("new"), &path).unwrap();
        assert!(matches!(open.ensure_unchanged(), Err(EngineError::Changed { .. })));
        let open = RootedFile::open(root.path(), "t.csv").unwrap();
        fs::write(&path, "a\n1\n2\n").unwrap();
        assert!(matches!(open.ensure_unchanged(), Err(EngineError::Changed { .. })));
    }
}
