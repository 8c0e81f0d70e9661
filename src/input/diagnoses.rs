//! Everything that readers of captures report.

use crate::anomaly::diagnoses;

diagnoses! { Input "input";
    ARCHIVE_CUT "archive-cut" Missing Loss:
        "the compressed file ends early; its content was read up to there",
        "Copy the file again from where it was compressed.";

    ARCHIVE_DAMAGED "archive-damaged" Malformed Loss:
        "the compressed file is damaged or followed by other data; its content was read up to there",
        "Copy the file again from where it was compressed.";

    /// Only an archive built to exhaust memory or patience expands so far.
    ARCHIVE_TOO_DENSE "archive-too-dense" Unsupported Loss:
        "the compressed file expands to over a thousand times its size, as no recording does; the rest was not read",
        "If it is a recording after all, decompress it first.";

    CUT "cut" Missing Loss:
        "the capture ends in the middle of a record",
        "The recorder was killed before it wrote everything, or only part of the file was copied: stop the recorder with \
         Ctrl-C, and copy the whole file.";

    DAMAGED "damaged" Malformed Loss:
        "part of the capture is damaged and was skipped; the records after it are numbered as if it held none, because \
         how many it held is unknown",
        "Copy the file again from where it was recorded.";

    CONTINUED "continued" Unexpected Note:
        "another capture file follows inside this one; it was read too, with its records numbered consecutively",
        "";

    SECTION "section" Malformed Loss:
        "a section claims a version of pcapng that does not exist; it was read as usual",
        "Copy the file again from where it was recorded.";

    PACKET_BLOCK "packet-block" Malformed Loss:
        "a packet was skipped because its block contradicts itself",
        "Copy the file again from where it was recorded.";

    NO_INTERFACE "no-interface" Unexpected Loss:
        "a packet was skipped because the capture does not describe the interface it was recorded on",
        "If the file was cut from a larger one, split that with `editcap -c`, which repeats the description.";

    BLOCK "block" Unsupported Note:
        "a block that holds no packet was skipped",
        "";

    SECRETS "secrets" Unsupported Note:
        "the capture embeds decryption secrets of an unsupported kind",
        "";

    TIME "time" Malformed Note:
        "a packet's time lies outside the years 1677 to 2262 and was ignored",
        "";

    MESSAGE_UNREADABLE "message-unreadable" Malformed Loss:
        "a message is not written as its format requires",
        "If the file was edited or converted, export it again from the tool that recorded it.";

    /// Longer than any message of WhatsApp's.
    TOO_LONG "message-too-long" Unsupported Loss:
        "an entry longer than 32 MiB was skipped",
        "";

    NOT_RECORDED "messages-not-recorded" Missing Loss:
        "a websocket is listed without its messages",
        "Record in Chrome, Edge or another Chromium browser: open the developer tools before the page, and export the HAR \
         while the page is still open. Firefox and Safari leave out messages.";

    OTHERS_NOT_RECORDED "others-not-recorded" Missing Note:
        "a websocket of another site is listed without its messages",
        "";

    NO_WEBSOCKET "no-websocket" Missing Note:
        "there is no websocket",
        "Start recording before you open the page: most tools miss a websocket that is already open.";

    /// Browsers list an error among the messages.
    WEBSOCKET_FAILED "websocket-failed" Unexpected Note:
        "the recording tool reports that the websocket failed",
        "";

    FLOW_DAMAGED "flow-damaged" Malformed Loss:
        "a flow is damaged; it was read up to the damage",
        "Copy the file again from where it was recorded.";

    FLOW_VERSION "flow-version" Unsupported Note:
        "a flow is in a newer version of mitmproxy's format than ringtrace knows; it was read as the newest known one",
        "";

    ALTERED "message-altered" Unexpected Note:
        "the proxy withheld a message, which was read, or injected one, which was not",
        "";

    NO_PAYLOAD "tshark-no-payload" Missing Loss:
        "tshark did not print the bytes of a message: it could not inflate or reassemble it, or was not asked to",
        "Open the recording itself instead of tshark's output. If you no longer have it, print data.data too, and run \
         tshark with -o tcp.reassemble_out_of_order:TRUE.";

    FIELDS_ABSENT "tshark-fields-absent" Missing Loss:
        "tshark's output lacks fields that are needed to place a message",
        "Open the recording itself instead of tshark's output, or print these fields: tshark -r FILE -Y websocket -T fields \
         -E header=y -e frame.number -e frame.time_epoch -e tcp.stream -e websocket.fin -e websocket.mask -e \
         websocket.opcode -e websocket.payload_length -e data.data.";

    NO_STANZAS "log-without-stanzas" Missing Note:
        "no line of the log holds a stanza",
        "Log at the level at which the client prints the stanzas it sends and receives, and record the call again.";

    ENTRY_UNREADABLE "log-entry-unreadable" Malformed Loss:
        "a log entry that should hold a stanza could not be read",
        "If lines were edited, wrapped or shortened, copy them again from the original log.";

    STANZA_CUT "log-stanza-cut" Missing Loss:
        "a stanza ends before its last tag; what there is of it was read",
        "If the log was still being written, or only part of it was copied, copy it again.";

    LEFT_OUT "printed-in-part" Missing Loss:
        "the program that printed an object left parts of it out",
        "Print it whole: in Node.js with `util.inspect(node, { depth: null, maxArrayLength: null })` or `JSON.stringify(node)`, \
         in a browser with `node.toString()` or `JSON.stringify(node)`.";

    TOLERANT "xml-not-well-formed" Malformed Note:
        "a stanza is not well-formed XML, since some clients escape nothing; it was read by its likely meaning",
        "";

    TOO_DEEP "xml-too-deep" Unsupported Loss:
        "elements nested more than 128 deep were left out of a stanza",
        "";

    XML_TOO_MANY "xml-too-many" Unsupported Loss:
        "elements and attributes beyond the first 262,144 were left out of a stanza",
        "";

    STRAY_TEXT "xml-stray-text" Unexpected Note:
        "text between the elements of a stanza was ignored",
        "";

    NOT_UTF8 "log-not-utf8" Malformed Note:
        "a line with a stanza is not valid UTF-8; invalid bytes were replaced",
        "";

    ELIDED "content-elided" Missing Note:
        "the client logged only the length of some content",
        "";

    AMBIGUOUS "content-ambiguous" Unexpected Note:
        "some content is ambiguous: it could be text or encoded bytes",
        "";

    UNRELATED "unrelated-lines" Unexpected Note:
        "lines without a stanza were skipped",
        "";

    ECHO "log-echo" Unexpected Note:
        "a stanza was logged twice and counted once",
        "";

    DATES_INFERRED "dates-inferred" Missing Note:
        "the log has times without dates; the dates and the time zone were inferred from the server's timestamps in stanzas",
        "";

    ZONE_INFERRED "zone-inferred" Missing Note:
        "the log's times name no time zone; it was inferred from the server's timestamps in stanzas",
        "";

    ZONE_ASSUMED "zone-assumed" Missing Note:
        "the log's times name no time zone, and no stanza shows which; they were read as UTC",
        "";

    STAMPED "server-stamps" Missing Note:
        "the log has no times; received stanzas have the server's timestamps, in whole seconds, and sent ones none",
        "";

    NO_DATES "no-dates" Missing Note:
        "the log has times without dates, and no stanza reveals the day; times are counted from 1970-01-01, so only their \
         differences mean something",
        "";

    DIRECTIONS_INFERRED "directions-inferred" Missing Note:
        "the text does not say which way stanzas went; those with a `to` were taken as sent, those with only a `from` as \
         received",
        "";

    NO_DIRECTIONS "no-directions" Missing Note:
        "a stanza has neither `to` nor `from`, and nothing else shows which way it went",
        "";

    SEVERAL_FORMATS "several-formats" Unexpected Note:
        "the log has lines in several formats; it is listed under the first of them",
        "";

    OTHER_VERSION "ringtrace-version" Unsupported Loss:
        "stanzas are in an unknown version of ringtrace NDJSON; they were read as ringtrace/1",
        "Read them with the version of ringtrace that wrote them, or a newer one.";

    TECHNIQUE "technique" Unexpected Contradiction:
        "the technique given with --technique contradicts the content and was ignored",
        "Put --technique only before files that leave open how they were made: it applies to all FILEs that follow.";

    UNKNOWN_NAME "ringtrace-name" Unexpected Note:
        "a header names an unknown technique or client; the name was ignored",
        "";

    HEADER_TECHNIQUE "ringtrace-technique" Unexpected Contradiction:
        "a header names a technique that is another client's; the technique was ignored",
        "";

    INTERNAL "internal-hop" Unexpected Note:
        "a node only passed between parts of the client and is not a stanza of the call",
        "To list those of calls, use `ringtrace export --include-internal`.";

    CORPUS_UNREADABLE "corpus-unreadable" Malformed Loss:
        "a document is not a readable capture of the corpus",
        "Check it against the corpus's schema: `raw` needs a `format` and a `body`.";

    REPLACED "replaced" Unexpected Note:
        "another file took the place of a followed one; reading went on at the beginning of the new one",
        "";

    TRUNCATED "truncated" Unexpected Note:
        "a followed file became shorter; reading went on at its beginning",
        "What was written and removed between two looks at it was not read: rotate logs by renaming them.";

    SHORTENED "shortened" Missing Loss:
        "the file became shorter while it was read",
        "Read it again once nothing writes to it, or a copy of it. With --follow, a log that is rotated is read on.";

    SUPERSEDED "superseded" Unexpected Note:
        "another file took the place of this one while it was read; the earlier one was read to its end",
        "Read it again for what the new one has.";

    EVENTS_LEFT_OUT "events-left-out" Unsupported Note:
        "there are more events of calls than are kept, at most 256 of a call and 65,536 in all",
        "";

    EVENT "event-without-stanza" Missing Note:
        "calls are known from events only: the log has no stanza of them",
        "";
}
