//! How captured packets depart from the formats of their headers.

use crate::anomaly::diagnoses;

diagnoses! { Packet "packet";
    LINK_TYPE "link-type" Unsupported Loss:
        "packets have an unsupported link type",
        "Capture on an Ethernet, Wi-Fi (not in monitor mode), loopback or tunnel interface, or on `any`.";

    HEADER "header" Malformed Loss:
        "a packet was skipped because one of its headers is malformed",
        "Open the record in Wireshark. If it is fine there, please report a bug.";

    HEADER_CUT "header-cut" Missing Loss:
        "packets were truncated inside their headers",
        "Capture whole packets (tcpdump -s 0; in Wireshark, set no snap length).";

    TUNNELS "tunnels" Unsupported Loss:
        "a packet was skipped because it is encapsulated too deeply",
        "";

    TCP_FRAGMENT "tcp-fragment" Missing Loss:
        "a TCP segment could not be reassembled because some of its IP fragments are missing",
        "Only the first fragment carries ports, so capture filters should match on the host rather than the port.";

    FRAGMENT "fragment" Missing Note:
        "some IP fragments of a packet that is not TCP are missing",
        "";
}
