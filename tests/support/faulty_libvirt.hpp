// SPDX-License-Identifier: GPL-2.0-or-later
// A libvirt with any number of domains, each call of which is a point at which a test can have it fail: with
// its work done, or not.
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gpupass/domain.hpp"
#include "gpupass/hypervisor.hpp"
#include "support/fake_kernel.hpp"

namespace gpupass::test {

/// What libvirt keeps; connections come and go.
struct LibvirtDomain {
  std::string config, live;  // XML; live is empty while it is off
};
using LibvirtDomains = std::map<std::string, LibvirtDomain>;

/// The kernel's before_change and after_change are asked for each call, too: "libvirt define", and "libvirt
/// read …" for those that change nothing.
class FaultyLibvirt final : public Hypervisor {
 public:
  /// What an agent in any guest answers; no point.
  using Agent = std::function<Result<std::string>(const std::string& command)>;

  FaultyLibvirt(LibvirtDomains& domains, FakeKernel& kernel, std::string uri = "fake:///", Agent agent = {})
      : domains_(domains), kernel_(kernel), uri_(std::move(uri)), agent_(std::move(agent)) {}

  [[nodiscard]] const std::string& uri() const override { return uri_; }
  [[nodiscard]] Result<std::vector<DomainState>> domains() override {
    return around<std::vector<DomainState>>("read domains", [&]() -> Result<std::vector<DomainState>> {
      std::vector<DomainState> states;
      for (const auto& [name, domain] : domains_) states.push_back(state_of(name, domain));
      return states;
    });
  }
  [[nodiscard]] Result<DomainState> domain(const std::string& name) override {
    return around<DomainState>("read domain", [&]() -> Result<DomainState> {
      const auto found = domains_.find(name);
      if (found == domains_.end()) return absent(name);
      return state_of(name, found->second);
    });
  }
  [[nodiscard]] Result<std::string> xml(const std::string& name, DomainView view) override {
    return around<std::string>("read xml", [&]() -> Result<std::string> {
      const auto found = domains_.find(name);
      if (found == domains_.end()) return absent(name);
      return view == DomainView::live ? found->second.live : found->second.config;
    });
  }
  [[nodiscard]] Result<void> define(const std::string& xml) override {
    return around<void>("define", [&]() -> Result<void> {
      const auto begin = xml.find("<name>") + 6;
      domains_[xml.substr(begin, xml.find("</name>") - begin)].config = xml;
      return {};
    });
  }
  [[nodiscard]] Result<void> attach_live(const std::string& name, const std::string& hostdev) override {
    return around<void>("attach_live", [&]() -> Result<void> {
      auto& live = domains_.at(name).live;
      live.insert(live.find("</devices>"), hostdev);
      return {};
    });
  }
  [[nodiscard]] Result<void> request_detach_live(const std::string& name,
                                                 const std::string& hostdev) override {
    return around<void>("detach_live", [&]() -> Result<void> {
      GPUPASS_TRY_ASSIGN(const auto functions,
                         hostdev_functions("<domain><devices>" + hostdev + "</devices></domain>"));
      GPUPASS_TRY_ASSIGN(domains_.at(name).live, remove_functions(domains_.at(name).live, functions));
      return {};
    });
  }
  [[nodiscard]] Result<void> start(const std::string& name) override {
    return around<void>("start", [&]() -> Result<void> {
      auto& domain = domains_.at(name);
      domain.live = domain.config;
      return {};
    });
  }
  [[nodiscard]] Result<void> request_shutdown(const std::string& name) override {
    return end("shutdown", name);
  }
  [[nodiscard]] Result<void> destroy(const std::string& name) override { return end("destroy", name); }
  [[nodiscard]] Result<void> undefine(const std::string& name) override {
    return around<void>("undefine", [&]() -> Result<void> {
      if (domains_.erase(name) == 0) return absent(name);
      return {};
    });
  }
  [[nodiscard]] Result<std::vector<std::string>> addresses(const std::string&) override {
    return std::vector<std::string>{};
  }
  [[nodiscard]] Result<std::string> ask_agent(const std::string&, const std::string& command,
                                              std::chrono::seconds) override {
    if (agent_) return agent_(command);
    return fail(ErrorKind::unsupported, "no agent answers");
  }
  [[nodiscard]] Result<std::vector<std::string>> networks() override { return std::vector<std::string>{}; }
  [[nodiscard]] Result<std::uint64_t> version() override {
    return around<std::uint64_t>("read version", []() -> Result<std::uint64_t> { return 9'000'000; });
  }
  [[nodiscard]] Result<std::string> domain_capabilities() override {
    return fail(ErrorKind::unsupported, "this libvirt does not say");
  }

  /// The connection itself is a point.
  [[nodiscard]] static Result<void> connects(FakeKernel& kernel) {
    const int error = kernel.before_change ? kernel.before_change({"libvirt read connection", "", ""}) : 0;
    return error == 0 ? Result<void>{} : no(error);
  }

 private:
  static Failure no(int error) {
    return fail(error == ETIMEDOUT ? ErrorKind::timeout : ErrorKind::hypervisor, "libvirt did not answer");
  }
  static Failure absent(const std::string& name) {
    return fail(ErrorKind::not_found, "there is no domain " + name);
  }
  [[nodiscard]] DomainState state_of(const std::string& name, const LibvirtDomain& domain) const {
    // One domain, over however many connections to its libvirt.
    const auto uuid = fmt::format("{} of {}", name, static_cast<const void*>(&domains_));
    return {name, uuid, !domain.live.empty(), !domain.config.empty()};
  }
  Result<void> end(const char* call, const std::string& name) {
    return around<void>(call, [&]() -> Result<void> {
      domains_.at(name).live.clear();
      return {};
    });
  }
  template <class Value, class Work>
  Result<Value> around(const char* call, Work work) {
    const FakeKernel::Change change{fmt::format("libvirt {}", call), "", ""};
    if (const int error = kernel_.before_change ? kernel_.before_change(change) : 0; error != 0)
      return no(error);
    Result<Value> done = work();
    if (!done) return done;
    if (const int error = kernel_.after_change ? kernel_.after_change(change) : 0; error != 0)
      return no(error);
    return done;
  }

  LibvirtDomains& domains_;
  FakeKernel& kernel_;
  std::string uri_;
  Agent agent_;
};

}  // namespace gpupass::test
