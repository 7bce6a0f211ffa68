// The kinds of arguments that procedures take. Each check gives the value to send to the daemon, or an
// error whose message continues "argument <name> …".
#pragma once

#include "support/json.hpp"
#include "support/result.hpp"
#include "worker/download_roots.hpp"

namespace tws::worker {

using ArgumentCheck = Result<Json> (*)(json_t* value, const DownloadRoots& roots);

Result<Json> check_boolean(json_t* value, const DownloadRoots& roots);
Result<Json> check_count(json_t* value, const DownloadRoots& roots);          // 0 … 2^31 - 1
Result<Json> check_speed(json_t* value, const DownloadRoots& roots);          // kB/s
Result<Json> check_peer_limit(json_t* value, const DownloadRoots& roots);     // 16 bits
Result<Json> check_minutes(json_t* value, const DownloadRoots& roots);        // 16 bits
Result<Json> check_minute_of_day(json_t* value, const DownloadRoots& roots);  // after midnight
Result<Json> check_weekdays(json_t* value, const DownloadRoots& roots);       // bits
Result<Json> check_cache_size(json_t* value, const DownloadRoots& roots);     // MiB
Result<Json> check_mode(json_t* value, const DownloadRoots& roots);           // tr_ratiolimit, tr_idlelimit
Result<Json> check_number(json_t* value, const DownloadRoots& roots);         // not negative
Result<Json> check_priority(json_t* value, const DownloadRoots& roots);       // -1, 0, 1
Result<Json> check_port(json_t* value, const DownloadRoots& roots);
Result<Json> check_text(json_t* value, const DownloadRoots& roots);             // a line, not empty
Result<Json> check_texts(json_t* value, const DownloadRoots& roots);            // a list of lines
Result<Json> check_text_or_nothing(json_t* value, const DownloadRoots& roots);  // a line, or empty
Result<Json> check_labels(json_t* value, const DownloadRoots& roots);           // as 3.00 and 4.x take them
Result<Json> check_text_or_texts(json_t* value, const DownloadRoots& roots);
Result<Json> check_indices(json_t* value, const DownloadRoots& roots);     // a list of counts
Result<Json> check_encryption(json_t* value, const DownloadRoots& roots);  // Transmission's three words
Result<Json> check_transports(json_t* value, const DownloadRoots& roots);  // utp, tcp, or both
Result<Json> check_ip_protocol(json_t* value, const DownloadRoots& roots);
Result<Json> check_ids(json_t* value, const DownloadRoots& roots);        // info hashes, at least one; made lower case
Result<Json> check_one_id(json_t* value, const DownloadRoots& roots);     // a list of exactly one
Result<Json> check_directory(json_t* value, const DownloadRoots& roots);  // below a root; in normal form
Result<Json> check_file_name(json_t* value, const DownloadRoots& roots);  // one component
Result<Json> check_file_path(json_t* value, const DownloadRoots& roots);  // relative, inside a torrent
Result<Json> check_web_url(json_t* value, const DownloadRoots& roots);    // http or https
Result<Json> check_torrent_url(json_t* value,
                               const DownloadRoots& roots);  // magnet, http or https; no file of the server
Result<Json> check_base64(json_t* value, const DownloadRoots& roots);
Result<Json> check_tracker_changes(json_t* value, const DownloadRoots& roots);  // tracker id, new URL, …
Result<Json> check_tracker_list(json_t* value, const DownloadRoots& roots);     // lines of URLs; may be empty
Result<Json> check_torrent_fields(json_t* value, const DownloadRoots& roots);
Result<Json> check_session_fields(json_t* value, const DownloadRoots& roots);

}  // namespace tws::worker
