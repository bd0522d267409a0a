// SPDX-License-Identifier: GPL-2.0-or-later
// A guest with QEMU's guest agent, played as QEMU's documentation describes it: files, and programs that run
// at once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gpupass/bench/machine/sha256.hpp"
#include "gpupass/core/base64.hpp"
#include "gpupass/core/json.hpp"

namespace gpupass::test {

constexpr const char* k_put_there = "/var/lib/gpupass/guest/gpupass-bench";
constexpr const char* k_result_there = "/var/lib/gpupass/guest/result";

/// The domain of such a guest.
constexpr const char* k_agent_domain =
    "<domain type='kvm'><name>vm1</name><os><type arch='x86_64' machine='q35'>hvm</type></os>"
    "<devices><controller type='pci' index='0' model='pcie-root'/>"
    "<channel type='unix'><source mode='bind' path='/none'/>"
    "<target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel></devices></domain>";

class FakeAgent {
 public:
  std::map<std::string, std::string> files;  // any of them runs as gpupass-bench
  std::vector<std::string> commands, options;
  std::string ran;
  std::string result = "{\"of\": \"some length\"}";  // of gpupass-bench; empty: it ends without one
  std::string forbidden;                             // this command is not permitted
  int cloud_init_ends_after = 0;                     // looks; 0: there is none

  Result<std::string> answer(const std::string& text) {
    const auto said = core::Json::parse(text);
    const auto command = said.at("execute").get<std::string>();
    commands.push_back(command);
    if (command == forbidden) return fail(ErrorKind::hypervisor, "Command " + command + " has been disabled");
    const auto answered = answer(command, said.value("arguments", core::Json::object()));
    if (!answered) return Failure(answered.error());
    return core::Json{{"return", *answered}}.dump();
  }

 private:
  Result<core::Json> answer(const std::string& command, const core::Json& arguments) {
    using core::Json;
    if (command == "guest-ping") return Json::object();
    if (command == "guest-exec") return execute(arguments);
    if (command == "guest-exec-status") return ends_.at(arguments.at("pid").get<std::size_t>());
    if (command == "guest-file-open") {
      const auto path = arguments.at("path").get<std::string>();
      const bool write = arguments.at("mode") == "w";
      if (!write && !files.contains(path)) return fail(ErrorKind::hypervisor, "No such file or directory");
      if (write) files[path].clear();
      open_.push_back(path);
      offset_ = 0;
      return Json(open_.size() - 1);
    }
    auto& file = files[open_.at(arguments.at("handle").get<std::size_t>())];
    if (command == "guest-file-write") {
      // It need not take all of it at once.
      auto bytes = core::from_base64(arguments.at("buf-b64").get<std::string>()).value();
      bytes = bytes.substr(0, (bytes.size() + 1) / 2);
      file += bytes;
      return Json{{"count", bytes.size()}, {"eof", false}};
    }
    if (command == "guest-file-read") {
      constexpr std::size_t k_some = 5;
      const auto bytes = file.substr(offset_, k_some);
      offset_ += bytes.size();
      return Json{
          {"count", bytes.size()}, {"buf-b64", core::to_base64(bytes)}, {"eof", offset_ == file.size()}};
    }
    return Json::object();  // guest-file-close
  }

  Result<core::Json> execute(const core::Json& arguments) {
    const auto program = arguments.at("path").get<std::string>();
    const auto words = arguments.at("arg").get<std::vector<std::string>>();
    core::Json end{{"exited", true}, {"exitcode", 0}};
    if (program == "cloud-init") {
      if (cloud_init_ends_after == 0) return fail(ErrorKind::hypervisor, "Failed to execute child process");
      end["exited"] = --cloud_init_ends_after == 0;
    } else if (program == "sha256sum") {
      std::string lines;
      for (const auto& word : words) {
        if (files.contains(word)) lines += bench::sha256(files.at(word)) + "  " + word + "\n";
      }
      end["out-data"] = core::to_base64(lines);
    } else if (files.contains(program)) {
      ran = program;
      options = words;
      if (!result.empty()) files[k_result_there] = result;
      end["exitcode"] = 1;
      end["err-data"] = core::to_base64("said");
    } else if (program == "rm") {
      files.erase(words.back());
    }
    ends_.push_back(end);
    return core::Json{{"pid", ends_.size() - 1}};
  }

  std::vector<std::string> open_;
  std::vector<core::Json> ends_;
  std::size_t offset_ = 0;
};

}  // namespace gpupass::test
