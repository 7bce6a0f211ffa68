// What torrent-ws answers to torrent-wsctl when it does not do what was asked.
#pragma once

#include <string>
#include <string_view>

#include "support/json.hpp"

namespace tws {

// {"error": why and what to do}
inline std::string error_answer(std::string_view message) {
  std::string answer = "{\"error\":";
  append_json_string(answer, message);
  answer.push_back('}');
  return answer;
}

}  // namespace tws
