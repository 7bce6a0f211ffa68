// The setters of the directives about publishing from outside (docs/pushing.md). httpd's parent only.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

// TorrentWsPublishKey: a name and the file of its secret.
const char* add_publish_key(cmd_parms* cmd, void* directory, const char* name, const char* file);
// TorrentWsPublishSocket: a path, then mode=, group=, user=.
const char* set_publish_socket(cmd_parms* cmd, void* directory, int argc, char* const argv[]);
// TorrentWsZmqBind: an endpoint.
const char* set_zmq_bind(cmd_parms* cmd, void* directory, const char* endpoint);
// TorrentWsZmqHighWater: a number of messages.
const char* set_zmq_high_water(cmd_parms* cmd, void* directory, const char* messages);
// TorrentWsZmqCurve: the files of the server's secret key and of the clients' public keys.
const char* set_zmq_curve(cmd_parms* cmd, void* directory, const char* server_secret, const char* client_keys);

// A ZeroMQ endpoint that can be bound.
const char* set_zmq_endpoint(const cmd_parms* cmd, const char* argument, std::string& endpoint);

// What only the whole configuration shows: an error names the directive and the remedy.
Status check_zmq(const Configuration& configuration);

}  // namespace tws::apache
