//! Makes the folder of assets that the server embeds: `bundle WASM STYLE PUBLIC SITE [--compress]`.
//!
//! WASM is the compiled islands, STYLE the style sheet whose `@import`s name its partials, PUBLIC the files that are
//! copied as they are. SITE holds nothing else afterwards. With `--compress` every text and wasm file gets a `.br` and a
//! `.gz` beside it, so that the server never compresses an asset.
use std::{
    collections::BTreeMap,
    env, fs, io,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

mod style;

/// Everything that goes into the folder, by its path inside it.
type Files = BTreeMap<PathBuf, Vec<u8>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (paths, flags): (Vec<&str>, Vec<&str>) = arguments.iter().map(String::as_str).partition(|a| !a.starts_with("--"));
    let [wasm, style, public, site] = paths[..] else {
        eprintln!("usage: bundle WASM STYLE PUBLIC SITE [--compress]");
        return ExitCode::from(2);
    };
    match make_site(
        Path::new(wasm),
        Path::new(style),
        Path::new(public),
        Path::new(site),
        flags.contains(&"--compress"),
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bundle: {message}");
            ExitCode::FAILURE
        }
    }
}

fn make_site(wasm: &Path, style: &Path, public: &Path, site: &Path, compress: bool) -> Result<(), String> {
    let mut files = Files::new();
    bind_islands(wasm, &mut files)?;
    files.insert("main.css".into(), style::bundle(style)?.into_bytes());
    copy_folder(public, Path::new(""), &mut files)?;
    print_sizes(&files, compress)?;
    if compress {
        add_compressed(&mut files)?;
    }
    replace_folder(site, &files)
}

/// Runs wasm-bindgen and names the results as leptos asks for them: `limn.js` and `limn.wasm`.
fn bind_islands(wasm: &Path, files: &mut Files) -> Result<(), String> {
    let scratch = wasm.with_extension("bound");
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_path(wasm)
        .out_name("limn")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.web(true).map_err(|e| format!("{e:#}"))?;
    let _ = fs::remove_dir_all(&scratch);
    bindgen
        .generate(&scratch)
        .map_err(|e| format!("wasm-bindgen, {}: {e:#}", wasm.display()))?;
    copy_folder(&scratch, Path::new(""), files)?;
    let code = files
        .remove(Path::new("limn_bg.wasm"))
        .ok_or("wasm-bindgen wrote no limn_bg.wasm")?;
    files.insert("limn.wasm".into(), code);
    let glue = files.get_mut(Path::new("limn.js")).ok_or("wasm-bindgen wrote no limn.js")?;
    *glue = String::from_utf8_lossy(glue).replace("limn_bg.wasm", "limn.wasm").into_bytes();
    Ok(())
}

fn copy_folder(from: &Path, to: &Path, files: &mut Files) -> Result<(), String> {
    for entry in fs::read_dir(from).map_err(|e| named(from, &e))? {
        let path = entry.map_err(|e| named(from, &e))?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_folder(&path, &to.join(name), files)?;
        } else {
            files.insert(to.join(name), fs::read(&path).map_err(|e| named(&path, &e))?);
        }
    }
    Ok(())
}

/// Fonts and pictures are compressed already; the rest shrinks to a third.
fn shrinks(path: &Path) -> bool {
    matches!(
        path.extension().and_then(|e| e.to_str()),
        Some("css" | "js" | "wasm" | "svg" | "json" | "txt")
    )
}

fn add_compressed(files: &mut Files) -> Result<(), String> {
    let plain: Vec<PathBuf> = files.keys().filter(|p| shrinks(p)).cloned().collect();
    for path in plain {
        for (suffix, bytes) in [("br", brotli(&files[&path])), ("gz", gzip(&files[&path]))] {
            let bytes = bytes.map_err(|e| named(&path, &e))?;
            if bytes.len() < files[&path].len() {
                files.insert(PathBuf::from(format!("{}.{suffix}", path.display())), bytes);
            }
        }
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, 11, 22);
    out.write_all(bytes)?;
    Ok(out.into_inner())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes)?;
    out.finish()
}

fn print_sizes(files: &Files, compress: bool) -> Result<(), String> {
    for path in ["limn.wasm", "limn.js", "main.css"] {
        let bytes = &files[Path::new(path)];
        match compress {
            true => println!(
                "{path}: {} bytes, {} as brotli",
                bytes.len(),
                brotli(bytes).map_err(|e| e.to_string())?.len()
            ),
            false => println!("{path}: {} bytes", bytes.len()),
        }
    }
    Ok(())
}

/// Writes what differs and removes what is no longer there, so that unchanged files keep their time and cargo its cache.
fn replace_folder(site: &Path, files: &Files) -> Result<(), String> {
    let mut present = Files::new();
    if site.exists() {
        copy_folder(site, Path::new(""), &mut present)?;
    }
    for path in present.keys().filter(|p| !files.contains_key(*p)) {
        fs::remove_file(site.join(path)).map_err(|e| named(path, &e))?;
    }
    for (path, bytes) in files.iter().filter(|(path, bytes)| present.get(*path) != Some(bytes)) {
        let target = site.join(path);
        let folder = target.parent().ok_or("an asset without a folder")?;
        fs::create_dir_all(folder).map_err(|e| named(folder, &e))?;
        fs::write(&target, bytes).map_err(|e| named(&target, &e))?;
    }
    Ok(())
}

fn named(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
