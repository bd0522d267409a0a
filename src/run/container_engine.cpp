// SPDX-License-Identifier: GPL-2.0-or-later
// Docker and Podman: `ENGINE run --rm` for each run. The container has one name and a label, by which what a
// killed experiment left is known.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "gpupass/apply/end_container.hpp"
#include "gpupass/container/description.hpp"
#include "gpupass/core/json.hpp"
#include "gpupass/core/printable.hpp"
#include "gpupass/core/text.hpp"
#include "gpupass/session/container.hpp"
#include "run/container.hpp"

namespace gpupass::run {
namespace {

using core::Json;

constexpr const char* k_program_inside = "/gpupass-bench";  // in the container

/// "28.3.1" is at least {28, 3}.
bool at_least(const std::string& version, std::array<std::uint64_t, 2> least) {
  const auto parts = core::split(version, '.');
  if (parts.size() < 2) return false;
  const std::array found{core::parse_number(parts[0]), core::parse_number(parts[1])};
  return found[0] && found[1] && std::array{*found[0], *found[1]} >= least;
}

class ByEngine : public ContainerRuns {
 public:
  explicit ByEngine(ContainerWork work) : work_(std::move(work)) {}

  Result<void> check() override {
    if (work_.program.find(':') != std::string::npos)
      return fail(ErrorKind::usage,
                  fmt::format("--program {}: no engine mounts a file with ':' in its name", work_.program));
    GPUPASS_TRY(facts());
    return words_of_card(work_).map([](const Words&) {});
  }

  Result<Json> facts() override {
    if (!known_.empty()) return known_;
    GPUPASS_TRY_ASSIGN(auto facts, docker() ? facts_of_docker() : facts_of_podman());
    facts["engine"] = name();
    GPUPASS_TRY_ASSIGN(const auto image, image_id());
    facts["from"] = work_.choice.name;
    if (!image.empty()) facts["image"] = image;
    known_ = std::move(facts);
    return known_;
  }

  RunContainer step() const override { return {name(), work_.choice.runtime, apply::k_container_of_ours}; }

  Result<std::string> run(const Words& options, std::chrono::milliseconds limit) override {
    GPUPASS_TRY_ASSIGN(auto facts, this->facts());
    GPUPASS_TRY_ASSIGN(const auto card, card_words(facts));
    auto words =
        command({"run", "--rm", "--name", apply::k_container_of_ours, "--label",
                 fmt::format("{}={}", apply::k_container_label, apply::k_container_mark), "--network=none",
                 "--user=0:0", fmt::format("--volume={}:{}:ro", work_.program, k_program_inside)});
    if (docker() && !work_.choice.runtime.empty()) words.push_back("--runtime=" + work_.choice.runtime);
    words.insert(words.end(), card.begin(), card.end());
    // A folder is put below a layer of its own: nothing in it is changed.
    const auto image = is_folder() ? Words{"--rootfs", work_.choice.name + ":O", k_program_inside}
                                   : Words{"--pull=never", fmt::format("--entrypoint={}", k_program_inside),
                                           work_.choice.name};
    words.insert(words.end(), image.begin(), image.end());
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"--format", "json", started_now()});
    GPUPASS_TRY_ASSIGN(const auto end, run_here(host(), std::move(words), limit));
    GPUPASS_TRY_ASSIGN(const auto text, result_of(end, fmt::format("in {}:{}", name(), work_.choice.name)));
    return with_facts(text, facts);
  }

 private:
  [[nodiscard]] Host& host() { return work_.world.host; }
  [[nodiscard]] bool docker() const { return work_.choice.engine == container::Engine::docker; }
  [[nodiscard]] const char* name() const { return docker() ? "docker" : "podman"; }
  [[nodiscard]] bool is_folder() const { return work_.choice.name.starts_with('/'); }

  [[nodiscard]] Words command(const Words& more) const { return apply::engine_words(step(), more); }

  Result<Json> facts_of_docker() {
    GPUPASS_TRY_ASSIGN(const auto text,
                       answer_of(host(), {"docker", "info", "--format", "{{json .}}"},
                                 "nothing was changed; start its daemon first: `systemctl start docker`"));
    const auto& runtime = work_.choice.runtime;
    return core::read_json(text, "docker info",
                           [&](const Json& info) {
                             auto taken = runtime.empty() ? info.value("DefaultRuntime", "") : runtime;
                             const bool there =
                                 runtime.empty() || info.value("Runtimes", Json::object()).contains(runtime);
                             return Json{{"version", info.at("ServerVersion")},
                                         {"runtime", there ? taken : ""},
                                         {"cgroup_manager", info.value("CgroupDriver", "")}};
                           })
        .and_then([&](Json facts) -> Result<Json> {
          if (facts.at("runtime") != "" || runtime.empty()) return facts;
          return fail(ErrorKind::not_found, fmt::format("docker has no runtime '{}'", runtime),
                      "nothing was changed; `docker info` lists those it has, and daemon.json names others");
        });
  }

  Result<Json> facts_of_podman() {
    GPUPASS_TRY_ASSIGN(const auto text, answer_of(host(), command({"info", "--format", "json"}),
                                                  work_.choice.runtime.empty()
                                                      ? "nothing was changed; `podman info` has to work first"
                                                      : fmt::format("nothing was changed; is {} installed?",
                                                                    work_.choice.runtime)));
    return core::read_json(text, "podman info", [&](const Json& info) {
      const auto& machine = info.at("host");
      const auto runtime = machine.value("ociRuntime", Json::object());
      const auto version = runtime.value("version", "");
      return Json{{"version", info.at("version").at("Version")},
                  {"runtime", runtime.value("name", "")},
                  {"runtime_version", std::string(core::trim(version.substr(0, version.find('\n'))))},
                  {"cgroup_manager", machine.value("cgroupManager", "")}};
    });
  }

  /// Empty for a folder. Error: not_found.
  Result<std::string> image_id() {
    const auto& image = work_.choice.name;
    if (is_folder()) {
      if (host().exists(image)) return std::string();
      return fail(ErrorKind::not_found, fmt::format("there is no folder {}", image), "nothing was changed");
    }
    GPUPASS_TRY_ASSIGN(const auto end,
                       ask(host(), command({"image", "inspect", "--format", "{{.Id}}", image})));
    if (end.status == 0) return std::string(core::trim(end.output));
    return fail(ErrorKind::not_found, fmt::format("{} has no image {}", name(), image),
                fmt::format("nothing was changed; `{} pull {}` gets it: an experiment does not pull images",
                            name(), image));
  }

  /// By its CDI name, where the engine would find it, else in the engine's words.
  Result<Words> card_words(Json& facts) {
    if (work_.functions.empty()) return Words{};
    if (const auto cdi = cdi_name(facts.at("version").get<std::string>())) {
      facts["card"] = "by its CDI name";
      return Words{fmt::format("--device={}", *cdi)};
    }
    facts["card"] = "by devices and mounts";
    return words_of_card(work_);
  }

  std::optional<std::string> cdi_name(const std::string& version) {
    constexpr std::array<std::uint64_t, 2> k_podman{4, 1},
        k_docker{28, 3};  // from then on without being told to
    if (!at_least(version, docker() ? k_docker : k_podman)) return std::nullopt;
    const auto view = session::look_at_containers(work_.world, work_.requester);
    if (!view) return std::nullopt;
    const auto* const card = view->machine.card(work_.functions.front());
    if (card == nullptr) return std::nullopt;
    const auto wanted = fmt::format("{}={}", container::k_kind, container::cdi_name(*card));
    for (const auto& one : container::names_of(view->machine.files)) {
      if (one.name != wanted || one.is_conflict()) continue;
      const auto file = std::ranges::find(view->machine.files, one.files.front(), &container::CdiFile::path);
      if (file != view->machine.files.end() && file->faults.empty() && file->stale.empty()) return wanted;
    }
    return std::nullopt;
  }

  ContainerWork work_;
  Json known_ = Json();
};

}  // namespace

std::unique_ptr<ContainerRuns> by_engine(ContainerWork work) {
  return std::make_unique<ByEngine>(std::move(work));
}

}  // namespace gpupass::run
