#include "worker/detail_watch.hpp"

#include <algorithm>
#include <utility>

#include "wire/error_uris.hpp"
#include "worker/text_checks.hpp"
#include "worker/torrent_fields.hpp"
#include "worker/torrent_value.hpp"

namespace tws::worker {

namespace {

constexpr std::chrono::seconds kInterval{2};
// A torrent's editDate has whole seconds; and a margin.
constexpr double kEditSeconds = 2;
// Of one request: with more that are open, they take turns.
constexpr std::size_t kMostAtOnce = 200;

// Appends one tail.
void append_tail(std::string& out, Serializer serializer, const nlohmann::json& members) {
  if (serializer == Serializer::kJson) {
    out.append(members.dump(), 1);
  } else {
    append_members(out, serializer, members);
  }
}

}  // namespace

Status DetailWatch::start(std::int64_t id, const json_t* arguments) {
  auto hash = info_hash(text_member(arguments, "hash"));
  std::vector<TailForm> forms = tail_forms_of(arguments);
  std::erase_if(forms, [](const TailForm& form) { return form.format != ListFormat::kObject; });
  if (!hash || forms.empty()) {
    return Error{"a torrent's watch needs its hash, and tails (format: object; serializer: json, cbor, msgpack)",
                 error_uri::kInvalidArgument};
  }
  const auto [found, is_new] = open_.try_emplace(id, Open{.hash = std::move(*hash), .forms = {}});
  Open& open = found->second;
  open.forms = std::move(forms);
  if (open.state == State::kKnown) {
    send(id, open, "snapshot", open.detail.everything(), true);
  } else if (open.state == State::kGone) {
    send(id, open, "gone", Json(json_object()), true);
  }
  return Done{};
}

void DetailWatch::touched(const HashSet& hashes) {
  for (auto& [id, open] : open_) {
    open.is_due = open.is_due || hashes.contains(open.hash);
  }
}

void DetailWatch::removed(const HashSet& hashes) {
  for (auto& [id, open] : open_) {
    if (hashes.contains(open.hash)) {
      removed_.insert(open.hash);
      tell_gone(id, open);
    }
  }
}

void DetailWatch::tick(Timers& timers, bool command_waits) {
  // Nothing more is read than the event loop takes.
  if (open_.empty() || reading_ || socket_.backlog() || !timers.due(not_before_) ||
      daemon_.health().is_resting(timers)) {
    return;
  }
  if (daemon_.rpc_version() == 0) {
    read_version();
  } else if (Ids ids = due(); !ids.empty()) {
    read(std::move(ids), true);
  } else if (timers.due(next_poll_) && (!command_waits || timers.due(next_poll_ + kInterval))) {
    next_poll_ = timers.now() + kInterval;
    read(next(), false);
  }
}

void DetailWatch::read_version() {
  reading_ = true;
  daemon_.read_settings([this](const RpcReply& reply) {
    reading_ = false;
    if (reply.outcome != RpcOutcome::kSuccess) {
      give_up();
    }
  });
}

DetailWatch::Ids DetailWatch::due() const {
  Ids ids;
  for (auto at = open_.begin(); at != open_.end() && ids.size() < kMostAtOnce; ++at) {
    if (at->second.is_due) {
      ids.insert(at->first);
    }
  }
  return ids;
}

DetailWatch::Ids DetailWatch::next() {
  Ids ids;
  for (auto at = open_.upper_bound(last_); ids.size() < std::min(open_.size(), kMostAtOnce); ++at) {
    at = at == open_.end() ? open_.begin() : at;
    last_ = at->first;
    ids.insert(last_);
  }
  return ids;
}

void DetailWatch::read(Ids ids, bool with_files) {
  const Json hashes(json_array());
  for (const std::int64_t id : ids) {
    Open& open = open_.at(id);
    open.is_due = false;
    json_array_append_new(hashes.get(), json_string(open.hash.c_str()));
  }
  const Json fields = detail_field_names(daemon_.rpc_version());
  if (with_files) {
    json_array_append_new(fields.get(), json_string("files"));
  }
  removed_.clear();
  reading_ = true;
  RpcRequest request{.method = "torrent-get",
                     .arguments = Json(json_pack("{s:O,s:O}", "ids", hashes.get(), "fields", fields.get()))};
  daemon_.call(std::move(request),
               [this, ids = std::move(ids), with_files, sent = Clock::now()](const RpcReply& reply) {
                 reading_ = false;
                 const json_t* torrents = json_object_get(reply.arguments.get(), "torrents");
                 if (reply.outcome == RpcOutcome::kSuccess && json_is_array(torrents)) {
                   // A daemon gets as much rest as its answer took.
                   next_poll_ = std::max(next_poll_, Clock::now() + (Clock::now() - sent));
                   take(ids, torrents, with_files);
                   return;
                 }
                 for (const std::int64_t id : ids) {
                   if (const auto found = open_.find(id); found != open_.end()) {
                     found->second.is_due = found->second.is_due || with_files;
                   }
                 }
                 give_up();
               });
}

// The daemon's health tells whether it can be asked at all; if it only refuses, it is asked again as often as others.
void DetailWatch::give_up() { not_before_ = Clock::now() + kInterval; }

void DetailWatch::take(const Ids& ids, const json_t* torrents, bool with_files) {
  std::map<std::string, const json_t*> by_hash;
  std::size_t index = 0;
  const json_t* torrent = nullptr;
  json_array_foreach(torrents, index, torrent) {
    if (auto hash = hash_of(torrent)) {
      by_hash.emplace(std::move(*hash), torrent);
    }
  }
  for (const std::int64_t id : ids) {
    const auto found = open_.find(id);
    if (found == open_.end() || removed_.contains(found->second.hash)) {
      continue;  // closed meanwhile; or a command removed it after the question
    }
    const auto told = by_hash.find(found->second.hash);
    take(id, found->second, told == by_hash.end() ? nullptr : told->second, with_files);
  }
}

void DetailWatch::take(std::int64_t id, Open& open, const json_t* torrent, bool with_files) {
  if (torrent == nullptr) {
    if (open.state != State::kGone) {
      tell_gone(id, open);
    }
    return;
  }
  if (!with_files && (std::exchange(open.is_edited, false) || open.detail.needs_files(torrent))) {
    open.is_due = true;
    return;
  }
  const bool is_anew = with_files && !open.detail.has_files_of(torrent);
  const Json changed = open.detail.update(torrent);
  open.state = State::kKnown;
  const auto edited = static_cast<double>(integer_member(torrent, "editDate").value_or(0));
  open.is_edited = with_files && ((!is_anew && json_object_get(changed.get(), "editDate") != nullptr) ||
                                  edited + kEditSeconds > unix_time());
  if (is_anew) {
    send(id, open, "snapshot", open.detail.everything());
  } else if (json_object_size(changed.get()) != 0) {
    send(id, open, "delta", changed);
  }
}

void DetailWatch::tell_gone(std::int64_t id, Open& open) {
  open.state = State::kGone;
  open.is_due = false;
  open.detail = {};
  send(id, open, "gone", Json(json_object()));
}

void DetailWatch::send(std::int64_t id, const Open& open, const char* kind, const Json& members, bool continues) {
  const Json header(json_object());
  if (continues) {
    json_object_set_new(header.get(), "continues", json_true());
  }
  std::string body;
  if (json_object_size(members.get()) != 0) {
    const nlohmann::json value = value_of(members.get());
    std::vector<std::size_t> lengths;
    for (const TailForm& form : open.forms) {
      const std::size_t start = body.size();
      append_tail(body, form.serializer, value);
      lengths.push_back(body.size() - start);
    }
    json_object_set_new(header.get(), "tails", lengths_of_tails(open.forms, lengths).release());
    json_object_set_new(header.get(), "members", json_integer(static_cast<json_int_t>(value.size())));
  }
  socket_.send_progress(id, kind, header, body);
}

}  // namespace tws::worker
