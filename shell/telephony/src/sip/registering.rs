//! Telephones: who they are, and where they can be reached.

use rsipstack::sip::Request;

use super::edge::Edge;
use super::flow::Flow;

impl Edge {
    pub fn authenticated(&mut self, request: &Request, flow: &Flow) -> Option<String> {
        self.refuse(request, flow, 403, &[]);
        None
    }

    pub fn register(&mut self, request: &Request, flow: &Flow) {
        self.refuse(request, flow, 403, &[]);
    }

    pub fn binding(&self, _user: &str) -> Option<(String, Flow)> {
        None
    }

    pub fn registrations_closed(&mut self, _stream: u64) {}

    pub fn phones_configured(&mut self) {}

    pub fn credentials_for(
        &mut self,
        _trunk: kernel::TrunkId,
        _flow: &Flow,
        _response: &rsipstack::sip::Response,
        _method: &str,
        _uri: &str,
    ) -> Option<String> {
        None
    }

    pub fn stream_to(&self, _at: std::net::SocketAddr, _tls: bool) -> Option<Flow> {
        None
    }

    pub fn connect(&mut self, id: kernel::LegId, _at: std::net::SocketAddr, _tls: bool) {
        self.end(id, exchange::line::EndCause::Unreachable, false);
    }
}
