// The module record and its hooks: where httpd calls the module.
#include "apache/module.hpp"

#include <ap_mpm.h>
#include <http_core.h>
#include <mpm_common.h>

#include "apache/access_log.hpp"
#include "apache/directives.hpp"
#include "apache/listening_socket.hpp"
#include "apache/publish.hpp"
#include "apache/relay_process.hpp"
#include "apache/server_status.hpp"
#include "apache/status.hpp"
#include "apache/supervisor.hpp"
#include "apache/tls_takeover.hpp"
#include "apache/upgrade.hpp"

namespace tws::apache {

namespace {

constexpr const char* kRelayKey = "torrent_ws_relay";

int pre_config(apr_pool_t* /*pconf*/, apr_pool_t* /*plog*/, apr_pool_t* /*ptemp*/) {
  guard_forks();
  return OK;
}

int check_config(apr_pool_t* /*pconf*/, apr_pool_t* /*plog*/, apr_pool_t* ptemp, server_rec* server) {
  const Configuration& configuration = state_of(server).configuration;
  if (const auto checked = check_configuration(configuration); !checked) {
    ap_log_error(APLOG_MARK, APLOG_ERR | APLOG_STARTUP, 0, server, "%s", checked.error().message.c_str());
    return HTTP_INTERNAL_SERVER_ERROR;
  }
  if (!is_enabled(configuration)) {
    return OK;
  }
  for (const auto& path : {admin_socket_path(server, ptemp), publish_socket_path(server, ptemp)}) {
    if (!path) {
      ap_log_error(APLOG_MARK, APLOG_ERR | APLOG_STARTUP, 0, server, "%s", path.error().message.c_str());
      // A site that runs goes on without it, and is told.
      return ap_state_query(AP_SQ_CONFIG_GEN) > 1 ? OK : HTTP_INTERNAL_SERVER_ERROR;
    }
  }
  if (const auto installed = check_programs(configuration); !installed) {
    ap_log_error(APLOG_MARK, APLOG_ERR | APLOG_STARTUP, 0, server, "%s", installed.error().message.c_str());
    // A site that runs is not ended for it by a graceful restart: packages may be under way.
    return ap_state_query(AP_SQ_CONFIG_GEN) > 1 ? OK : HTTP_INTERNAL_SERVER_ERROR;
  }
  return OK;
}

// httpd reads its configuration twice at the start; only the second time counts.
int post_config(apr_pool_t* pconf, apr_pool_t* /*plog*/, apr_pool_t* /*ptemp*/, server_rec* server) {
  if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG || !is_enabled(state_of(server).configuration)) {
    return OK;
  }
  if (const auto opened = open_access_log(server, pconf); !opened) {
    ap_log_error(APLOG_MARK, APLOG_ERR | APLOG_STARTUP, 0, server, "%s", opened.error().message.c_str());
    return HTTP_INTERNAL_SERVER_ERROR;
  }
  // The site is more than its WebSockets: it starts without them, and the monitor hook tries again.
  supervise(server, pconf);
  return OK;
}

int monitor(apr_pool_t* /*pool*/, server_rec* server) {
  supervise_again(server);
  return DECLINED;
}

void child_init(apr_pool_t* pchild, server_rec* server) {
  if (state_of(server).supervisor != nullptr) {
    state_of(server).relay = make_in_pool<ChildRelay>(pchild, server);
    apr_pool_userdata_setn(state_of(server).relay, kRelayKey, nullptr, pchild);
  }
}

void child_stopping(apr_pool_t* pchild, int graceful) {
  // The hook is given no server_rec to find it by; and no pool in a child that is ended while it starts.
  void* relay = nullptr;
  if (pchild != nullptr && apr_pool_userdata_get(&relay, kRelayKey, pchild) == APR_SUCCESS && relay != nullptr) {
    static_cast<ChildRelay*>(relay)->on_stopping(graceful != 0);
  }
}

void register_hooks(apr_pool_t* /*pool*/) {
  ap_hook_pre_config(pre_config, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_check_config(check_config, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_post_config(post_config, nullptr, nullptr, APR_HOOK_LAST);
  ap_hook_monitor(monitor, nullptr, nullptr, APR_HOOK_MIDDLE);
  // First, so that its cleanup runs last: connections' cleanups still hand their TLS to the relay.
  ap_hook_child_init(child_init, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
  ap_hook_child_stopping(child_stopping, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_handler(handle_upgrade, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_handler(handle_publish, nullptr, nullptr, APR_HOOK_MIDDLE);
  ap_hook_handler(handle_status, nullptr, nullptr, APR_HOOK_MIDDLE);
  register_server_status();
  register_tls_hooks();
}

}  // namespace

}  // namespace tws::apache

__attribute__((visibility("default")))
module AP_MODULE_DECLARE_DATA torrent_ws_module = {STANDARD20_MODULE_STUFF,
                                                   tws::apache::create_directory_config,
                                                   tws::apache::merge_directory_config,
                                                   tws::apache::create_server_state,
                                                   tws::apache::merge_server_state,
                                                   tws::apache::directives(),
                                                   tws::apache::register_hooks,
                                                   0};
