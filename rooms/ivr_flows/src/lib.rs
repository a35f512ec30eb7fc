//! ivr_flows
