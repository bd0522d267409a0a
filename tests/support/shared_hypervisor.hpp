// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gpupass/hypervisor.hpp"

namespace gpupass::test {

/// Gives every caller the same libvirt, and lets the test look into it.
class SharedHypervisor : public Hypervisor {
 public:
  /// `others` are further domains that are off: their XML by their names.
  SharedHypervisor(Hypervisor& libvirt, const std::map<std::string, std::string>& others)
      : libvirt_(libvirt), others_(others) {}
  [[nodiscard]] const std::string& uri() const override { return libvirt_.uri(); }
  [[nodiscard]] Result<std::vector<DomainState>> domains() override {
    auto all = libvirt_.domains();
    for (const auto& [name, xml] : others_) all->push_back({name, "uuid of " + name, false, true});
    return all;
  }
  [[nodiscard]] Result<DomainState> domain(const std::string& name) override {
    if (others_.contains(name)) return DomainState{name, "uuid of " + name, false, true};
    return libvirt_.domain(name);
  }
  [[nodiscard]] Result<std::string> xml(const std::string& name, DomainView view) override {
    const auto other = others_.find(name);
    return other != others_.end() ? Result<std::string>(other->second) : libvirt_.xml(name, view);
  }
  [[nodiscard]] Result<void> define(const std::string& xml) override { return libvirt_.define(xml); }
  [[nodiscard]] Result<void> attach_live(const std::string& name, const std::string& xml) override {
    return libvirt_.attach_live(name, xml);
  }
  [[nodiscard]] Result<void> request_detach_live(const std::string& name, const std::string& xml) override {
    return libvirt_.request_detach_live(name, xml);
  }
  [[nodiscard]] Result<void> start(const std::string& name) override { return libvirt_.start(name); }
  [[nodiscard]] Result<void> request_shutdown(const std::string& name) override {
    return libvirt_.request_shutdown(name);
  }
  [[nodiscard]] Result<void> destroy(const std::string& name) override { return libvirt_.destroy(name); }
  [[nodiscard]] Result<void> undefine(const std::string& name) override { return libvirt_.undefine(name); }
  [[nodiscard]] Result<std::vector<std::string>> addresses(const std::string& name) override {
    return libvirt_.addresses(name);
  }
  [[nodiscard]] Result<std::string> ask_agent(const std::string& name, const std::string& command,
                                              std::chrono::seconds patience) override {
    return libvirt_.ask_agent(name, command, patience);
  }
  [[nodiscard]] Result<std::vector<std::string>> networks() override { return libvirt_.networks(); }
  [[nodiscard]] Result<std::uint64_t> version() override { return libvirt_.version(); }
  [[nodiscard]] Result<std::string> domain_capabilities() override { return libvirt_.domain_capabilities(); }

 private:
  Hypervisor& libvirt_;
  const std::map<std::string, std::string>& others_;
};

}  // namespace gpupass::test
