// Descriptors: what torrent-ws does when it has hardly any left. The last ones are kept for its workers, its logs
// and the status, and clients are refused instead. Event-loop thread only.
#pragma once

#include <cstdint>

#include "support/fd.hpp"
#include "support/log.hpp"
#include "support/occasional.hpp"

namespace tws {

class Descriptors {
 public:
  explicit Descriptors(const Log& log) : log_(log) {}

  // Whether a client's socket may stay. If not, the client has got 503.
  bool admit(const Fd& socket);
  // A message came without its descriptors, as there was none left for them: its client's connection has ended.
  void on_lost();

  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void tell();

  const Log& log_;
  Occasional told_;
  std::uint64_t refused_ = 0;
};

}  // namespace tws
