//! Whom we believe when we call out over TLS.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// The authorities of a PEM file, or of the system.
pub fn authorities(trusted: Option<&Path>) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    match trusted {
        Some(path) => CertificateDer::pem_file_iter(path)
            .and_then(|found| found.collect::<Result<Vec<_>, _>>())
            .map_err(|error| anyhow::anyhow!("{error}"))
            .with_context(|| format!("reading the authorities {}", path.display())),
        None => Ok(rustls_native_certs::load_native_certs().certs),
    }
}

pub fn connector(trusted: Option<&Path>) -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities(trusted)?);
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
