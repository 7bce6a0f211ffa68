#include "handlers/handler_process.hpp"

#include <array>
#include <utility>

namespace tws {

namespace {

constexpr std::array kAll = {
    handler_event::kOpen,        handler_event::kClose,   handler_event::kError, handler_event::kSubscribe,
    handler_event::kUnsubscribe, handler_event::kPublish, handler_event::kCall,
};

}  // namespace

void HandlerProcess::attach(pid_t pid, Fd socket, const std::string& configuration, HandlerPortListener& listener) {
  listener_ = &listener;
  // The end of a process may be told by its socket later than its successor is there.
  if (link_) {
    on_lost();
  }
  pid_ = pid;
  is_replaced_ = false;
  unanswered_.clear();
  has_refused_ = false;
  reads_ = 0;
  heard_ = Clock::now();
  link_ = std::make_unique<WorkerLink>(
      loop_, std::move(socket), [this](const JobFrame& frame) { on_frame(frame); }, [this] { on_lost(); });
  const Json header(
      json_pack("{ss si ss}", "type", "configure", "protocol", kWorkerProtocolVersion, "role", "handler"));
  link_->send(header.get(), configuration);
}

bool HandlerProcess::send(const json_t* header, std::string_view body) {
  if (!is_ready_ || link_->waiting() > most_waiting_) {
    has_refused_ = true;
    return false;
  }
  if (unanswered_.empty()) {
    heard_ = Clock::now();
  }
  unanswered_.insert(integer_member(header, "id").value_or(0));
  link_->send(header, body);
  return true;
}

void HandlerProcess::tell(std::string_view event, const std::string& body) {
  // Who is not ready is told of all that is there then.
  if (!is_ready_ || !wants(event) || (event == handler_event::kError && link_->waiting() > kMaxWaitingForErrors)) {
    return;
  }
  if (link_->waiting() > most_waiting_) {
    replace();
    return;
  }
  const Json header(json_pack("{ss ss%}", "type", "event", "name", event.data(), event.size()));
  link_->send(header.get(), body);
}

bool HandlerProcess::wants(std::string_view name) const { return !is_ready_ || wanted_.contains(name); }

void HandlerProcess::on_frame(const JobFrame& frame) {
  heard_ = Clock::now();
  const auto type = text_member(frame.header.get(), "type");
  if (type == "ready") {
    on_ready(frame.header.get());
    return;
  }
  if (type == "result" || type == "error") {
    unanswered_.erase(integer_member(frame.header.get(), "id").value_or(0));
  }
  listener_->on_frame(frame);
}

void HandlerProcess::on_ready(const json_t* header) {
  if (std::exchange(is_ready_, true)) {
    return;
  }
  wanted_.clear();
  const json_t* events = json_object_get(header, "events");
  if (!json_is_array(events)) {
    wanted_.insert(kAll.begin(), kAll.end());
  }
  for (std::size_t i = 0; i < json_array_size(events); ++i) {
    wanted_.emplace(string_of(json_array_get(events, i)));
  }
  // However many sessions there are, they are no reason to kill it.
  most_waiting_ = SIZE_MAX;
  listener_->on_begin();
  most_waiting_ = kMaxWaiting + link_->waiting();
}

void HandlerProcess::on_lost() {
  link_.reset();
  is_ready_ = false;
  heard_ = Clock::now();
  listener_->on_lost();
}

void HandlerProcess::replace() {
  if (!std::exchange(is_replaced_, true)) {
    replace_(pid_);
  }
}

void HandlerProcess::tick() {
  // Of many sessions it is told for longer than a job may take, before it gets to its first one.
  if (link_ && std::exchange(reads_, link_->reads()) != link_->reads()) {
    heard_ = Clock::now();
  }
  if (is_ready_ && has_refused_ && link_->waiting() <= most_waiting_) {
    has_refused_ = false;
    listener_->on_room();
  }
  const auto silence = Clock::now() - heard_;
  const bool hangs = is_ready_ ? !unanswered_.empty() && silence > silence_ : silence > (link_ ? kStartTime : kEndTime);
  if (hangs && pid_ != 0) {
    replace();
  }
}

}  // namespace tws
