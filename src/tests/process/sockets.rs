//! What a slow or hostile connection meets.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::program::Server;

#[tokio::test]
async fn connections_that_dribble_their_headers_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let address = server.base.strip_prefix("http://").unwrap().to_owned();
    let dribbles = (0..20).map(|_| {
        let address = address.clone();
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").await.unwrap();
            let began = Instant::now();
            let (mut read, mut write) = stream.split();
            let mut rest = Vec::new();
            let dribble = async {
                while write.write_all(b"X-A: b\r\n").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                std::future::pending::<()>().await;
            };
            tokio::select! {
                _ = read.read_to_end(&mut rest) => {}
                () = dribble => {}
                () = tokio::time::sleep(Duration::from_secs(40)) => {}
            }
            began.elapsed()
        })
    });
    for dribble in dribbles.collect::<Vec<_>>() {
        let took = dribble.await.unwrap();
        assert!(took < Duration::from_secs(30), "still open after {took:?}");
    }
}
