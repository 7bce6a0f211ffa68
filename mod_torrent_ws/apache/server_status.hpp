// The section of torrent-ws on the page of mod_status (/server-status), and in its ?auto form. Without mod_status
// nothing comes of it.
#pragma once

namespace tws::apache {

// From register_hooks. The hook runs in httpd's children, and blocks its request's thread for a second and a half
// at most.
void register_server_status();

}  // namespace tws::apache
