#include "worker/several_requests.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/job_deadline.hpp"
#include "worker/rpc_versions.hpp"
#include "worker/text_checks.hpp"
#include "worker/torrent_list.hpp"

namespace tws::worker {

namespace {

// Takes a member out of an object.
Json taken(json_t* object, const char* member) {
  Json value = Json::share(json_object_get(object, member));
  json_object_del(object, member);
  return value;
}

// As `ids`: a request without them would be for all torrents.
Json ids_of(const std::string& hash) { return Json(json_pack("[s]", hash.c_str())); }

constexpr const char* kTooLong = "the daemon takes too long";

class Addition : public std::enable_shared_from_this<Addition> {
 public:
  Addition(Daemon& daemon, Json labels, RpcClient::Callback callback)
      : daemon_(daemon), labels_(std::move(labels)), callback_(std::move(callback)) {}

  void start(RpcRequest request) {
    deadline_ = Clock::now() + request.timeout;
    daemon_.call(std::move(request), [self = shared_from_this()](RpcReply reply) { self->added(std::move(reply)); });
  }

 private:
  void added(RpcReply reply) {
    // One that was there already keeps its labels, as with 4.0.
    const auto hash = hash_of(json_object_get(reply.arguments.get(), "torrent-added"));
    if (!hash) {
      callback_(std::move(reply));
      return;
    }
    reply_ = std::move(reply);
    const Milliseconds left = left_until(deadline_);
    if (left <= Milliseconds::zero()) {
      labelled({RpcOutcome::kUnreachable, {}, kTooLong});
      return;
    }
    Json arguments(json_pack("{s:o,s:O}", "ids", ids_of(*hash).release(), "labels", labels_.get()));
    daemon_.call({.method = "torrent-set", .arguments = std::move(arguments), .timeout = left},
                 [self = shared_from_this()](const RpcReply& labelled) { self->labelled(labelled); });
  }

  void labelled(const RpcReply& labelled) {
    if (labelled.outcome != RpcOutcome::kSuccess) {
      const std::string reason =
          (labelled.outcome == RpcOutcome::kLost ? "it may have been done or not: " : "") + labelled.message;
      json_object_set_new(reply_.arguments.get(), "labels-error", json_string(reason.c_str()));
    }
    callback_(std::move(reply_));
  }

  Daemon& daemon_;
  Json labels_;
  Clock::time_point deadline_{};
  RpcClient::Callback callback_;
  RpcReply reply_{};  // to the addition
};

// What is to change in a torrent that has these trackers: arguments of torrent-set without ids, empty if nothing. Those
// of `lines`, the same as `wanted`, that are missing come in this order. 3.00 counts trackers by their places.
Json tracker_changes(const json_t* trackers, const std::vector<std::string_view>& lines,
                     const std::set<std::string_view>& wanted) {
  std::set<std::string_view> present;
  Json changes(json_object());
  Json surplus(json_array());
  std::size_t place = 0;
  const json_t* tracker = nullptr;
  json_array_foreach(trackers, place, tracker) {
    const auto announce = string_member(tracker, "announce").value_or("");
    present.insert(announce);
    if (!wanted.contains(announce)) {
      json_array_append_new(surplus.get(), json_integer(static_cast<json_int_t>(place)));
    }
  }
  Json added(json_array());
  for (const std::string_view url : lines) {
    if (present.insert(url).second) {
      json_array_append_new(added.get(), json_stringn(url.data(), url.size()));
    }
  }
  if (json_array_size(added.get()) > 0) {
    json_object_set(changes.get(), "trackerAdd", added.get());
  }
  if (json_array_size(surplus.get()) > 0) {
    json_object_set(changes.get(), "trackerRemove", surplus.get());
  }
  return changes;
}

class TrackerList : public std::enable_shared_from_this<TrackerList> {
 public:
  TrackerList(Daemon& daemon, RpcRequest request, RpcClient::Callback callback)
      : daemon_(daemon),
        list_(taken(request.arguments.get(), "trackerList")),
        deadline_(Clock::now() + request.timeout),
        request_(std::move(request)),
        callback_(std::move(callback)) {}

  void start() {
    Json arguments(json_pack("{s:O,s:[s,s]}", "ids", json_object_get(request_.arguments.get(), "ids"), "fields",
                             "hashString", "trackers"));
    daemon_.call({.method = "torrent-get", .arguments = std::move(arguments), .timeout = request_.timeout},
                 [self = shared_from_this()](RpcReply reply) { self->read(std::move(reply)); });
  }

 private:
  void read(RpcReply reply) {
    if (reply.outcome != RpcOutcome::kSuccess) {
      finish(std::move(reply));
      return;
    }
    if (json_object_size(request_.arguments.get()) > 1) {  // more than ids
      left_.push_back(request_.arguments);
    }
    const std::vector<std::string_view> lines = lines_of(string_of(list_.get()));
    const std::set<std::string_view> wanted(lines.begin(), lines.end());
    HashSet asked = torrents_of(request_.arguments.get());
    std::size_t index = 0;
    const json_t* torrent = nullptr;
    json_array_foreach(json_object_get(reply.arguments.get(), "torrents"), index, torrent) {
      const auto hash = hash_of(torrent);
      if (!hash || asked.erase(*hash) == 0) {
        continue;
      }
      Json changes = tracker_changes(json_object_get(torrent, "trackers"), lines, wanted);
      if (json_object_size(changes.get()) > 0) {
        json_object_set_new(changes.get(), "ids", ids_of(*hash).release());
        left_.push_back(std::move(changes));
      }
    }
    next({RpcOutcome::kSuccess, Json(json_object()), {}});
  }

  // Goes on after success, as long as something is left.
  void next(RpcReply reply) {
    if (reply.outcome != RpcOutcome::kSuccess || left_.empty()) {
      finish(std::move(reply));
      return;
    }
    const Milliseconds left = left_until(deadline_);
    if (left <= Milliseconds::zero()) {
      finish({RpcOutcome::kUnreachable, {}, kTooLong});
      return;
    }
    RpcRequest request = request_;
    request.timeout = left;
    request.arguments = std::move(left_.front());
    left_.pop_front();
    daemon_.call(std::move(request), [self = shared_from_this()](RpcReply answer) {
      self->has_changed_ = self->has_changed_ || answer.outcome != RpcOutcome::kUnreachable;
      self->next(std::move(answer));
    });
  }

  void finish(RpcReply reply) {
    if (reply.outcome == RpcOutcome::kLost || reply.outcome == RpcOutcome::kUnreachable) {
      // A part may have been done, or the trackers were only read.
      reply.outcome = has_changed_ ? RpcOutcome::kLost : RpcOutcome::kUnreachable;
    }
    callback_(std::move(reply));
  }

  Daemon& daemon_;
  Json list_;
  Clock::time_point deadline_;
  RpcRequest request_;  // the caller's, without the list
  RpcClient::Callback callback_;
  std::deque<Json> left_{};   // arguments of torrent-set
  bool has_changed_ = false;  // or may have
};

}  // namespace

void call_as_one(Daemon& daemon, RpcRequest request, RpcClient::Callback callback) {
  const bool is_old = daemon.rpc_version() < kRpcVersion40;
  const auto has = [&request](const char* argument) {
    return json_object_get(request.arguments.get(), argument) != nullptr;
  };
  const bool adds_labels = is_old && request.method == "torrent-add" && has("labels");
  const bool sets_list = is_old && request.method == "torrent-set" && has("trackerList");
  if (!adds_labels && !sets_list) {
    daemon.call(std::move(request), std::move(callback));
    return;
  }
  request.arguments = Json(json_copy(request.arguments.get()));  // the caller keeps his own
  if (adds_labels) {
    Json labels = taken(request.arguments.get(), "labels");
    std::make_shared<Addition>(daemon, std::move(labels), std::move(callback))->start(std::move(request));
  } else {
    std::make_shared<TrackerList>(daemon, std::move(request), std::move(callback))->start();
  }
}

}  // namespace tws::worker
