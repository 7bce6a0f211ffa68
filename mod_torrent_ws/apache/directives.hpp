// The directives of the module (docs/directives.md) and the configuration that they fill.
#pragma once

#include "apache/module.hpp"

namespace tws::apache {

// The one table of all directives, ended as httpd wants it.
const command_rec* directives();

void* create_server_state(apr_pool_t* pool, server_rec* server);
void* merge_server_state(apr_pool_t* pool, void* base, void* added);
void* create_directory_config(apr_pool_t* pool, char* directory);
void* merge_directory_config(apr_pool_t* pool, void* base, void* added);

// Without a database, a backend and a permission the module is only loaded: it starts nothing and serves nothing.
bool is_enabled(const Configuration& configuration);

// What only the whole configuration shows, for check_config: an error names the directive and the remedy.
Status check_configuration(const Configuration& configuration);
Status check_programs(const Configuration& configuration);

// OK when a SetHandler of the server's own configuration leads to the request's handler, else 403: .htaccess
// files, mod_mime and mod_rewrite can name any handler, and open nothing by it.
int check_handler_opened(const request_rec* request);

}  // namespace tws::apache
