// SPDX-License-Identifier: GPL-2.0-or-later
// By QEMU's guest agent: guest-exec, guest-file-read and guest-file-write.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/core/base64.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/guest/frames.hpp"
#include "gpupass/run/suite.hpp"
#include "gpupass/sys/wait.hpp"

namespace gpupass::run {
namespace {

using core::Json;
using std::chrono::milliseconds;

constexpr std::chrono::seconds k_patience{30};  // for any one answer
constexpr milliseconds k_short_program = std::chrono::minutes(2);
// Each look wakes the guest, which is measuring.
constexpr milliseconds k_between_calls = std::chrono::seconds(5);
// libvirt takes words of up to 4 MiB; but in a guest of an emulated host the agent was seen to need minutes
// for one of 1.4 MiB, and 0.15 s for one of 64 KiB.
constexpr std::size_t k_chunk = std::size_t{48} << 10U;
constexpr std::size_t k_largest_result = core::JsonLimits{}.bytes;

constexpr const char* k_folder = "/var/lib/gpupass/guest";
constexpr const char* k_result = "/var/lib/gpupass/guest/result";
/// Where a guest may have it, the one that was put there first.
constexpr std::array k_places = {"/var/lib/gpupass/guest/gpupass-bench", "/usr/local/bin/gpupass-bench",
                                 "/usr/bin/gpupass-bench"};

class AgentSuite final : public Suite {
 public:
  AgentSuite(GuestAgent& guests, std::string vm, Watch watch)
      : guests_(guests), vm_(std::move(vm)), watch_(std::move(watch)) {}

  [[nodiscard]] std::string way() const override { return "guest agent"; }

  [[nodiscard]] Result<void> wait_for_cloud_init(milliseconds patience) {
    // A guest without it is done, and so is one whose cloud-init failed.
    auto end = execute("cloud-init", {"status", "--wait"}, patience, std::chrono::seconds(1));
    if (!end && end.error().kind == ErrorKind::timeout) return Failure(std::move(end).error());
    return watch_();
  }

  [[nodiscard]] Result<std::string> program_sum() override {
    std::vector<std::string> words{"--"};
    words.insert(words.end(), k_places.begin(), k_places.end());
    GPUPASS_TRY_ASSIGN(const auto end, execute("sha256sum", words, k_short_program));
    for (const auto* const place : k_places) {
      for (const auto line : core::split(end.output, '\n')) {
        const auto parts = core::words(line);
        if (parts.size() != 2 || parts[1] != place) continue;
        program_ = place;
        return std::string(parts[0]);
      }
    }
    return std::string();
  }

  [[nodiscard]] Result<void> put_program(const std::string& bytes) override {
    GPUPASS_TRY(succeed("mkdir", {"-p", "-m", "700", k_folder}));
    GPUPASS_TRY(write_file(k_places.front(), bytes));
    return succeed("chmod", {"755", k_places.front()});
  }

  [[nodiscard]] Result<End> run(const std::vector<std::string>& options, milliseconds timeout) override {
    GPUPASS_TRY(succeed("mkdir", {"-p", "-m", "700", k_folder}));
    GPUPASS_TRY(succeed("rm", {"-f", k_result}));
    auto words = options;
    words.insert(words.end(), {"--out", k_result});
    GPUPASS_TRY_ASSIGN(const auto end, execute(program_, words, timeout, k_between_calls));
    auto result = read_file(k_result);
    return End{end.status, result ? *std::move(result) : "", end.errors};
  }

 private:
  Result<Json> ask(const char* command, const Json& arguments) {
    GPUPASS_TRY(watch_());
    const Json words{{"execute", command}, {"arguments", arguments}};
    GPUPASS_TRY_ASSIGN(const auto text, guests_.ask_agent(vm_, words.dump(), k_patience));
    GPUPASS_TRY_ASSIGN(const auto answer, core::parse_json(text, "the guest agent's answer"));
    return core::take_from_json("the guest agent's answer", [&] { return answer.at("return"); });
  }

  template <class Function>
  static auto take(Function function) {
    return core::take_from_json("the guest agent's answer", function);
  }

  /// Runs a program of the guest and waits for its end, looking that often. Error: unsupported, if it is
  /// not there, or the agent runs none.
  Result<ProgramEnd> execute(const std::string& program, const std::vector<std::string>& words,
                             milliseconds timeout, milliseconds between = milliseconds(100)) {
    GPUPASS_TRY_ASSIGN(const auto started,
                       ask("guest-exec", {{"path", program}, {"arg", words}, {"capture-output", true}}));
    GPUPASS_TRY_ASSIGN(const auto pid,
                       take([&] { return core::number_from_json<std::int64_t>(started.at("pid")); }));
    Json state;
    GPUPASS_TRY_ASSIGN(const bool ended, sys::wait_until(timeout, between, [&]() -> Result<bool> {
                         GPUPASS_TRY_ASSIGN(state, ask("guest-exec-status", {{"pid", pid}}));
                         return take([&] { return state.at("exited").get<bool>(); });
                       }));
    if (ended) return end_of(state);
    return fail(ErrorKind::timeout,
                fmt::format("{} in the guest did not end within {} s", program,
                            std::chrono::duration_cast<std::chrono::seconds>(timeout).count()));
  }

  /// A field that may be missing.
  template <class Value>
  static Value optional(const Json& json, const char* name, Value otherwise) {
    const auto found = json.find(name);
    if (found == json.end()) return otherwise;
    if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>) {
      return core::number_from_json<Value>(*found);
    } else {
      return found->template get<Value>();
    }
  }

  static Result<ProgramEnd> end_of(const Json& state) {
    GPUPASS_TRY_ASSIGN(const auto said, take([&] {
                         constexpr int k_by_signal = 128, k_most_signals = 127;
                         const int signal = std::clamp(optional(state, "signal", 0), 0, k_most_signals);
                         return ProgramEnd{optional(state, "exitcode", k_by_signal + signal),
                                           optional(state, "out-data", std::string()),
                                           optional(state, "err-data", std::string())};
                       }));
    auto output = core::from_base64(said.output);
    auto errors = core::from_base64(said.errors);
    if (!output || !errors) return fail(ErrorKind::invalid, "the guest agent's answer is not base64");
    return ProgramEnd{said.status, *std::move(output), *std::move(errors)};
  }

  Result<void> succeed(const std::string& program, const std::vector<std::string>& words) {
    GPUPASS_TRY_ASSIGN(const auto end, execute(program, words, k_short_program));
    if (end.status == 0) return {};
    return fail(ErrorKind::system,
                fmt::format("{} failed in the guest ({}): {}", program, end.status, core::trim(end.errors)));
  }

  Result<std::int64_t> open(const char* path, const char* mode) {
    GPUPASS_TRY_ASSIGN(const auto handle, ask("guest-file-open", {{"path", path}, {"mode", mode}}));
    return take([&] { return core::number_from_json<std::int64_t>(handle); });
  }

  Result<void> close(std::int64_t handle) {
    GPUPASS_TRY(ask("guest-file-close", {{"handle", handle}}));
    return {};
  }

  Result<void> write_file(const char* path, std::string_view bytes) {
    GPUPASS_TRY_ASSIGN(const auto handle, open(path, "w"));
    while (!bytes.empty()) {
      const auto chunk = bytes.substr(0, k_chunk);
      GPUPASS_TRY_ASSIGN(const auto written,
                         ask("guest-file-write", {{"handle", handle}, {"buf-b64", core::to_base64(chunk)}}));
      GPUPASS_TRY_ASSIGN(const auto count,
                         take([&] { return core::number_from_json<std::size_t>(written.at("count")); }));
      if (count == 0 || count > chunk.size())
        return fail(ErrorKind::system, fmt::format("{} in the guest could not be written", path));
      bytes.remove_prefix(count);
    }
    return close(handle);
  }

  Result<std::string> read_file(const char* path) {
    GPUPASS_TRY_ASSIGN(const auto handle, open(path, "r"));
    std::string bytes;
    for (bool end = false; !end;) {
      GPUPASS_TRY_ASSIGN(const auto chunk, ask("guest-file-read", {{"handle", handle}, {"count", k_chunk}}));
      GPUPASS_TRY_ASSIGN(const auto text, take([&] { return optional(chunk, "buf-b64", std::string()); }));
      GPUPASS_TRY_ASSIGN(const bool at_end, take([&] { return optional(chunk, "eof", false); }));
      const auto some = core::from_base64(text);
      if (!some) return fail(ErrorKind::invalid, "the guest agent's answer is not base64");
      bytes += *some;
      end = at_end || some->empty();
      if (bytes.size() > k_largest_result)
        return fail(ErrorKind::invalid, fmt::format("{} in the guest is larger than any result", path));
    }
    GPUPASS_TRY(close(handle));
    return bytes;
  }

  GuestAgent& guests_;
  std::string vm_;
  Watch watch_;
  std::string program_;
};

}  // namespace

Result<std::unique_ptr<Suite>> suite_by_agent(GuestAgent& guests, const std::string& vm, Watch watch,
                                              milliseconds patience) {
  auto suite = std::make_unique<AgentSuite>(guests, vm, std::move(watch));
  GPUPASS_TRY(suite->program_sum());  // whether it may run programs at all
  GPUPASS_TRY(suite->wait_for_cloud_init(patience));
  return suite;
}

}  // namespace gpupass::run
