// SPDX-License-Identifier: GPL-2.0-or-later
// Fakes of Docker, Podman and LXC: the commands that they got, and their state.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gpupass/host.hpp"
#include "support/suite_words.hpp"
#include "support/tree.hpp"

namespace gpupass::test {

class FakeEngines {
 public:
  using Words = std::vector<std::string>;

  explicit FakeEngines(Tree& tree) : tree_(tree) {}

  std::set<std::string> installed{"podman", "docker", "lxc"};
  std::map<std::string, std::set<std::string>> images{{"podman", {"base:1"}},
                                                      {"docker", {"base:1", "other"}}};
  std::string podman_version = "4.3.1", docker_version = "20.10.24";
  std::set<std::string> runtimes{"runc", "crun"};
  std::map<std::string, std::map<std::string, std::string>> containers;  // by engine and name: its label
  std::map<std::string, std::string> lxc{{"c1", "STOPPED"}};             // state by name
  Words said;                    // runs of the suite: "podman", "host"
  std::vector<Words> runs;       // the whole command line of each
  std::vector<Words> starts;     // of LXC
  std::size_t fail_at = 0;       // the run with this number fails; 0: none
  std::size_t power_cut_at = 0;  // we are killed in it: what runs goes on running
  struct PowerCut {};

  std::optional<ProgramEnd> run(const Program& program) {
    auto argv = program.argv;
    if (argv.front() == "setpriv") argv.erase(argv.begin(), argv.begin() + 4);
    const auto& name = argv.front();
    if (std::ranges::count(argv, "--list") > 0)
      return ProgramEnd{0, R"({"cases": [{"missing": ""}, {"missing": "a card"}]})", ""};
    if (name.ends_with("/suite")) return suite("host", argv);
    if (name.starts_with("lxc-")) return of_lxc(argv);
    if (!installed.contains(name)) return std::nullopt;
    std::string runtime;
    if (argv.size() > 2 && argv[1] == "--runtime") {
      runtime = argv[2];
      argv.erase(argv.begin() + 1, argv.begin() + 3);
    }
    return name == "podman" || name == "docker" ? of_engine(name, runtime, argv) : std::nullopt;
  }

 private:
  std::optional<ProgramEnd> suite(const std::string& where, const Words& argv) {
    said.push_back(where);
    runs.push_back(argv);
    if (said.size() == power_cut_at) throw PowerCut();
    if (said.size() == fail_at) return ProgramEnd{125, "", "it does not want to"};
    return ProgramEnd{0, result_of(argv), ""};
  }

  std::optional<ProgramEnd> of_engine(const std::string& name, std::string runtime, const Words& argv) {
    auto& there = containers[name];
    const auto last = argv.back();
    if (argv[1] == "info") {
      if (!runtime.empty() && !runtimes.contains(runtime)) return ProgramEnd{125, "", "no such runtime"};
      if (name == "podman")
        return ProgramEnd{0,
                          R"({"host": {"cgroupManager": "systemd", "ociRuntime": {"name": ")" +
                              (runtime.empty() ? "crun" : runtime) +
                              R"(", "version": "1.1.5\ncommit: x"}}, "version": {"Version": ")" +
                              podman_version + R"("}})",
                          ""};
      return ProgramEnd{
          0,
          R"({"ServerVersion": ")" + docker_version +
              R"(", "DefaultRuntime": "runc", "Runtimes": {"runc": {}}, "CgroupDriver": "systemd"})",
          ""};
    }
    if (argv[1] == "image")
      return images[name].contains(last) ? ProgramEnd{0, "sha256:1\n", ""}
                                         : ProgramEnd{1, "", "no such image"};
    if (argv[1] == "container") {
      const auto found = there.find(last);
      return found == there.end() ? ProgramEnd{125, "", "no such container"}
                                  : ProgramEnd{0, found->second + "\n", ""};
    }
    if (argv[1] == "rm") return ProgramEnd{there.erase(last) > 0 ? 0 : 1, "", ""};
    if (argv[1] != "run") return std::nullopt;
    const auto place = std::ranges::find(argv, "--name") + 1;
    if (!there.emplace(*place, "experiment").second) return ProgramEnd{125, "", "the name is in use"};
    const auto end = suite(runtime.empty() ? name : name + "+" + runtime, argv);
    there.erase(*place);
    return end;
  }

  std::optional<ProgramEnd> of_lxc(const Words& argv) {
    if (!installed.contains("lxc")) return std::nullopt;
    if (argv[1] == "--version") return ProgramEnd{0, "5.0.2\n", ""};
    const auto found = lxc.find(argv[2]);
    if (found == lxc.end()) return ProgramEnd{1, "", argv[2] + " doesn't exist\n"};
    if (argv.front() == "lxc-info")
      return ProgramEnd{0, argv[3] == "--pid" ? "77\n" : found->second + "\n", ""};
    if (argv.front() == "lxc-stop") {
      found->second = "STOPPED";
      return ProgramEnd{0, "", ""};
    }
    if (argv.front() == "lxc-start") {
      starts.push_back(argv);
      found->second = "RUNNING";
      std::string environment;
      for (const auto& word : argv) {
        if (word.starts_with("lxc.environment=")) environment += word.substr(16) + '\0';
      }
      tree_.file("/proc/77/environ", environment);
      return ProgramEnd{0, "", ""};
    }
    if (argv.front() == "lxc-attach" && found->second == "RUNNING") return suite("lxc", argv);
    return std::nullopt;
  }

  Tree& tree_;
};

}  // namespace gpupass::test
