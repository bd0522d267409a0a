// SPDX-License-Identifier: GPL-2.0-or-later
// A libvirt with several domains, each of which is a FakeHypervisor of its own.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/fake_hypervisor.hpp"

namespace gpupass::test {

class ManyDomains : public Hypervisor {
 public:
  /// One or more, which must be there for as long as it is.
  explicit ManyDomains(std::vector<FakeHypervisor*> all) : all_(std::move(all)) {}

  [[nodiscard]] const std::string& uri() const override { return all_.front()->uri(); }
  [[nodiscard]] Result<std::vector<DomainState>> domains() override {
    std::vector<DomainState> states;
    for (auto* const one : all_) states.push_back(one->domains().value().front());
    return states;
  }
  [[nodiscard]] Result<DomainState> domain(const std::string& name) override { return of(name).domain(name); }
  [[nodiscard]] Result<std::string> xml(const std::string& name, DomainView view) override {
    return of(name).xml(name, view);
  }
  [[nodiscard]] Result<void> define(const std::string& xml) override {
    const auto begin = xml.find("<name>") + 6;
    return of(xml.substr(begin, xml.find("</name>") - begin)).define(xml);
  }
  [[nodiscard]] Result<void> attach_live(const std::string& name, const std::string& xml) override {
    return of(name).attach_live(name, xml);
  }
  [[nodiscard]] Result<void> request_detach_live(const std::string& name, const std::string& xml) override {
    return of(name).request_detach_live(name, xml);
  }
  [[nodiscard]] Result<void> start(const std::string& name) override { return of(name).start(name); }
  [[nodiscard]] Result<void> request_shutdown(const std::string& name) override {
    return of(name).request_shutdown(name);
  }
  [[nodiscard]] Result<void> destroy(const std::string& name) override { return of(name).destroy(name); }
  [[nodiscard]] Result<void> undefine(const std::string& name) override { return of(name).undefine(name); }
  [[nodiscard]] Result<std::vector<std::string>> addresses(const std::string& name) override {
    return of(name).addresses(name);
  }
  [[nodiscard]] Result<std::string> ask_agent(const std::string& name, const std::string& command,
                                              std::chrono::seconds patience) override {
    return of(name).ask_agent(name, command, patience);
  }
  [[nodiscard]] Result<std::vector<std::string>> networks() override { return all_.front()->networks(); }
  [[nodiscard]] Result<std::uint64_t> version() override { return all_.front()->version(); }
  [[nodiscard]] Result<std::string> domain_capabilities() override {
    return all_.front()->domain_capabilities();
  }

 private:
  /// The first says of a name that nobody has that there is no such domain.
  [[nodiscard]] FakeHypervisor& of(const std::string& name) {
    for (auto* const one : all_) {
      if (one->domain(name)) return *one;
    }
    return *all_.front();
  }

  std::vector<FakeHypervisor*> all_;
};

}  // namespace gpupass::test
