#include "support/credentials.hpp"

#include "support/first_line.hpp"

namespace tws {

Credentials read_credentials(int file) {
  const FirstLine line(file);
  const auto colon = line.text().find(':');
  if (colon == std::string_view::npos) {
    return {};
  }
  return {std::string(line.text().substr(0, colon)), std::string(line.text().substr(colon + 1))};
}

bool has_credentials(int file) {
  const FirstLine line(file);
  const auto colon = line.text().find(':');
  return colon != 0 && colon != std::string_view::npos;
}

}  // namespace tws
