#include "bridge/bridges.hpp"

#include <vector>

namespace tws {

namespace {

json_t* each_way(const Publisher& publisher, std::uint64_t Publisher::Figures::*figure) {
  json_t* object = json_object();
  for (std::size_t i = 0; i < kPublishWays.size(); ++i) {
    const auto& figures = publisher.figures(static_cast<PublishWay>(i));
    json_object_set_new(object, kPublishWays.at(i).data(), json_integer(static_cast<json_int_t>(figures.*figure)));
  }
  return object;
}

}  // namespace

void Bridges::configure(const Configuration& configuration) {
  http_.configure(configuration.publish_keys, std::chrono::milliseconds(configuration.publish_window_ms),
                  configuration.max_message_bytes);
  unix_.configure({configuration.publish_users.begin(), configuration.publish_users.end()},
                  configuration.max_message_bytes);
  zmq_.configure(configuration.zmq, configuration.max_message_bytes);
}

json_t* Bridges::published_json() const { return each_way(publisher_, &Publisher::Figures::published); }

json_t* Bridges::refused_json() const { return each_way(publisher_, &Publisher::Figures::refused); }

}  // namespace tws
