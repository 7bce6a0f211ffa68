// A daemon's credentials file: its first line is user:password, the password may hold colons.
#pragma once

#include <string>

namespace tws {

struct Credentials {
  std::string user;  // empty: there are none
  std::string password;
};

// From the start of an open file. Any thread or process.
Credentials read_credentials(int file);

// Whether there are some; nothing of them stays in memory. For httpd's parent, whose memory all children
// inherit.
bool has_credentials(int file);

}  // namespace tws
