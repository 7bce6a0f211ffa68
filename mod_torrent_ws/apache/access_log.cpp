#include "apache/access_log.hpp"

#include <apr_file_io.h>
#include <apr_portable.h>

#include <array>

namespace tws::apache {

namespace {

constexpr apr_int32_t kFlags = APR_WRITE | APR_APPEND | APR_CREATE | APR_LARGEFILE;
constexpr apr_fileperms_t kPermissions = APR_UREAD | APR_UWRITE | APR_GREAD | APR_WREAD;  // as mod_log_config's

apr_status_t open_target(const std::string& target, apr_pool_t* pconf, apr_file_t*& file) {
  if (target.front() != '|') {
    return apr_file_open(&file, target.c_str(), kFlags, kPermissions, pconf);
  }
  piped_log* program = ap_open_piped_log(pconf, target.c_str() + 1);
  if (program == nullptr) {
    return APR_EGENERAL;
  }
  file = ap_piped_log_write_fd(program);
  return APR_SUCCESS;
}

}  // namespace

Status open_access_log(server_rec* server, apr_pool_t* pconf) {
  ServerState& state = state_of(server);
  if (state.access_log.empty()) {
    return Done{};
  }
  apr_file_t* file = nullptr;
  const apr_status_t status = open_target(state.access_log, pconf, file);
  if (status != APR_SUCCESS) {
    std::array<char, 128> reason{};
    apr_strerror(status, reason.data(), reason.size());
    return Error{"TorrentWsAccessLog: cannot open " + state.access_log + " (" + reason.data() +
                     "); name a file that httpd's start may write, or |program",
                 {}};
  }
  apr_os_file_get(&state.access_log_descriptor, file);
  return Done{};
}

}  // namespace tws::apache
