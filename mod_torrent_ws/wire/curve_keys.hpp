// Keys of ZeroMQ's CURVE as TorrentWsZmqCurve's files have them: in Z85, as zmq_curve_keypair(3) gives them. Any
// process and thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace tws {

inline constexpr std::size_t kMaxCurveClients = 1'000;

// 40 characters of Z85.
bool is_curve_key(std::string_view text);

// The public keys of a file, each in a line of its own; empty lines and those that begin with # are none. An error says
// which line is wrong.
Result<std::vector<std::string>> parse_curve_keys(std::string_view text);

// Those of an open file.
Result<std::vector<std::string>> read_curve_keys(int file);

}  // namespace tws
