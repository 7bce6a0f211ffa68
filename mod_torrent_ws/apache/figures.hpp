// The figures of a status object, in a row: what all its forms for people and for Prometheus are made of. No
// member is known by name here but `pids`, so that a new one shows everywhere. Any thread.
#pragma once

#include <jansson.h>

#include <string>
#include <vector>

namespace tws::apache {

struct Figure {
  std::vector<std::string> path;  // the members' names, from the outermost: {"jobs", "done"}
  std::string value;              // a JSON number, or the text of a string
  bool is_number = false;         // true and false are 1 and 0; of a list it is how many it has
};

// `pids` become {"pid"} of torrent-ws and {"processes", …}, the numbers of the others.
std::vector<Figure> figures_of(const json_t* status);

// "jobs done".
std::string name_for_people(const Figure& figure);

}  // namespace tws::apache
