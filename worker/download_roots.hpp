// DownloadRoots: the directories of the daemon below which users may put files. The check is lexical,
// since the daemon may run on another host: what symbolic links there lead to is its administrator's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tws::worker {

class DownloadRoots {
 public:
  // False if it is not an absolute path without "..".
  bool add(std::string_view root);

  // The path in normal form if it is a root or below one, and else nothing: relative paths, "..",
  // control characters, and every path while there is no root.
  [[nodiscard]] std::optional<std::string> admit(std::string_view path) const;

 private:
  std::vector<std::string> roots_;  // in normal form
};

}  // namespace tws::worker
