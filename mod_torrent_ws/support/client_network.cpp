#include "support/client_network.hpp"

#include <arpa/inet.h>

#include <array>

namespace tws {

std::string client_network(const std::string& address) {
  constexpr std::size_t kNetworkBytes = 8;
  std::array<char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1 ? std::string(bytes.data(), kNetworkBytes) : address;
}

}  // namespace tws
