// SPDX-License-Identifier: GPL-2.0-or-later
// The host's side of what scripts/provision/serve-bench serves.
#include <fmt/format.h>

#include <map>

#include "gpupass/bench/machine/sha256.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/guest/frames.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/sys/local_socket.hpp"

namespace gpupass::run {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds k_look_around = std::chrono::seconds(1);
constexpr milliseconds k_short_answer = std::chrono::seconds(60);  // of a guest that may be busy
constexpr milliseconds k_whole_program = std::chrono::minutes(10);

/// By their kinds.
using Answer = std::map<std::string, std::string>;

std::string new_id() {
  return Host().attribute("/proc/sys/kernel/random/uuid").value_or("none").substr(0, 8);
}

class ChannelSuite final : public Suite {
 public:
  ChannelSuite(sys::LocalSocket socket, Watch watch) : socket_(std::move(socket)), watch_(std::move(watch)) {}

  [[nodiscard]] std::string way() const override { return std::string("channel ") + guest::k_bench_channel; }

  [[nodiscard]] Result<std::string> program_sum() override { return ask_for_sum(k_short_answer); }

  [[nodiscard]] Result<std::string> ask_for_sum(milliseconds patience) {
    GPUPASS_TRY_ASSIGN(auto answer, exchange({"hello"}, "", patience));
    return answer["program"];
  }

  [[nodiscard]] Result<void> put_program(const std::string& bytes) override {
    GPUPASS_TRY_ASSIGN(auto answer, exchange({"put", std::to_string(bytes.size()), bench::sha256(bytes)},
                                             bytes, k_whole_program));
    if (answer["end"] == "0") return {};
    return fail(ErrorKind::system,
                fmt::format("the guest could not take gpupass-bench: {}", core::trim(answer["errors"])));
  }

  [[nodiscard]] Result<End> run(const std::vector<std::string>& options, milliseconds timeout) override {
    std::vector<std::string> words{"run"};
    words.insert(words.end(), options.begin(), options.end());
    GPUPASS_TRY_ASSIGN(auto answer, exchange(words, "", timeout));
    const auto status = core::parse_number(answer["end"]);
    if (!status) return fail(ErrorKind::invalid, "the guest sent no status at the end of its run");
    return End{static_cast<int>(*status), std::move(answer["result"]), std::move(answer["errors"])};
  }

 private:
  /// Says one request, with what belongs to it, and takes frames until its end.
  Result<Answer> exchange(const std::vector<std::string>& words, std::string_view payload,
                          milliseconds timeout) {
    const auto until = Clock::now() + timeout;
    const auto id = new_id();
    GPUPASS_TRY_ASSIGN(const auto line, guest::request(id, words));
    GPUPASS_TRY(socket_.send(line, k_short_answer));
    GPUPASS_TRY(socket_.send(payload, timeout));
    guest::FrameReader reader(id);
    Answer answer;
    while (true) {
      GPUPASS_TRY_ASSIGN(auto frame, reader.next());
      if (frame) {
        const bool last = frame->kind == "end";
        answer[frame->kind] = std::move(frame->body);
        if (last) return answer;
        continue;
      }
      if (Clock::now() >= until) return too_late(words.front(), timeout, reader);
      GPUPASS_TRY(watch_());
      GPUPASS_TRY_ASSIGN(const auto bytes, socket_.receive(k_look_around));
      reader.add(bytes);
    }
  }

  static Failure too_late(const std::string& verb, milliseconds timeout, const guest::FrameReader& reader) {
    const auto part = reader.unfinished();
    return fail(ErrorKind::timeout,
                fmt::format("the guest did not end '{}' within {} s; {}", verb,
                            std::chrono::duration_cast<std::chrono::seconds>(timeout).count(),
                            part.empty() ? "nothing of its answer came" : part + " came"));
  }

  sys::LocalSocket socket_;
  Watch watch_;
};

}  // namespace

Result<std::unique_ptr<Suite>> suite_by_channel(const std::string& path, Watch watch, milliseconds patience) {
  GPUPASS_TRY_ASSIGN(auto socket, sys::LocalSocket::connect(path));
  auto suite = std::make_unique<ChannelSuite>(std::move(socket), std::move(watch));
  GPUPASS_TRY(suite->ask_for_sum(patience));
  return suite;
}

}  // namespace gpupass::run
