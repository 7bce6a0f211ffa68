// What TorrentWsAllow and TorrentWsEventHistory say, from httpd's parent to the WAMP router (wamp/policy.hpp).
#pragma once

#include <cstddef>
#include <string>

#include "wire/uri_pattern.hpp"

namespace tws {

// The roles of a session. Each may do what those before it may.
inline constexpr const char* kAnonymousRole = "anonymous";  // nobody has signed in
inline constexpr const char* kUserRole = "user";
inline constexpr const char* kAdminRole = "admin";  // a user of TorrentWsAdmins

// The role of who publishes from outside without being a user (docs/pushing.md). It is none of those above: what they
// may do it may not, and it can do nothing but publish. Its "user" is the way that it comes, or the name of its key.
inline constexpr const char* kPublisherRole = "publisher";
inline constexpr const char* kUnixPublisher = "unix";  // over TorrentWsPublishSocket
inline constexpr const char* kZmqPublisher = "zmq";    // over TorrentWsZmqBind

// One TorrentWsAllow: who may do what with the topics or procedures of a pattern.
struct Permission {
  bool subscribe = false;
  bool publish = false;
  bool call = false;
  bool register_procedures = false;
  UriPattern pattern;
  std::string role = kUserRole;
  std::string user;  // this user id, way or key alone; empty: any
};

// One TorrentWsEventHistory: so many of the last events of the pattern's topics are kept.
struct EventHistory {
  UriPattern pattern;
  std::size_t events = 0;
};

}  // namespace tws
