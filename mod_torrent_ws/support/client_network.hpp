// What counts as one client where addresses are counted. Any thread.
#pragma once

#include <string>

namespace tws {

// Of an IPv4 address itself; of an IPv6 one its network of 64 bits, as eight bytes: whoever has one has all its
// addresses (RFC 6177). What is neither is given back as it is.
std::string client_network(const std::string& address);

}  // namespace tws
