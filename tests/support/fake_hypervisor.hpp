// SPDX-License-Identifier: GPL-2.0-or-later
// A libvirt with one domain, kept as two texts; it can refuse, and its guest can be slow to let go. Its parts
// are there for tests of what needs no more than one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gpupass/domain.hpp"
#include "gpupass/hypervisor.hpp"

namespace gpupass::test {

template <class Libvirt = DomainStore>
class FakeDomainStore : public Libvirt {
 public:
  FakeDomainStore(std::string name, std::string config, std::string live)
      : state_{std::move(name), "uuid-1", !live.empty(), true},
        config_(std::move(config)),
        live_(std::move(live)) {}

  bool refuse_define = false;
  bool refuse_attach = false;
  bool guest_lets_go = true;
  bool answers_in_time = true;  // a request to detach; else it is done all the same
  std::optional<Error> after_define, after_attach, after_detach;  // said although the work was done
  int unreadable = 0;               // how many of the next readings of XML are not answered
  std::function<void()> on_define;  // acts when it is done, before the answer
  std::function<void()> on_attach;  // somebody else acts just before the answer
  std::vector<std::string> calls;

  [[nodiscard]] const std::string& uri() const override { return uri_; }
  [[nodiscard]] Result<std::vector<DomainState>> domains() override { return std::vector{state_}; }
  [[nodiscard]] Result<DomainState> domain(const std::string& name) override {
    if (name == state_.name && !undefined_) return state_;
    return fail(ErrorKind::not_found, "there is no domain " + name);
  }
  [[nodiscard]] Result<std::string> xml(const std::string& name, DomainView view) override {
    if (undefined_ || (name != state_.name && name != defined_))
      return fail(ErrorKind::not_found, "there is no domain " + name);
    if (unreadable > 0 && unreadable-- > 0) return fail(ErrorKind::timeout, "libvirt did not answer");
    return view == DomainView::live ? live_ : config_;
  }
  [[nodiscard]] Result<void> define(const std::string& xml) override {
    calls.emplace_back("define");
    if (refuse_define) return fail(ErrorKind::hypervisor, "libvirt says no");
    config_ = xml;
    const auto begin = xml.find("<name>") + 6;
    defined_ = xml.substr(begin, xml.find("</name>") - begin);
    undefined_ = false;
    if (on_define) on_define();
    if (after_define) return Failure(*std::exchange(after_define, {}));
    return {};
  }
  [[nodiscard]] Result<void> attach_live(const std::string&, const std::string& hostdev) override {
    calls.emplace_back("attach");
    if (on_attach) on_attach();
    if (refuse_attach) return fail(ErrorKind::hypervisor, "QEMU says no");
    live_.insert(live_.find("</devices>"), hostdev);
    if (after_attach) return Failure(*std::exchange(after_attach, {}));
    return {};
  }
  [[nodiscard]] Result<void> request_detach_live(const std::string&, const std::string& hostdev) override {
    calls.emplace_back("detach");
    if (!guest_lets_go) return {};
    const auto functions = hostdev_functions("<domain><devices>" + hostdev + "</devices></domain>");
    if (!functions) return Failure(functions.error());
    auto without = remove_functions(live_, *functions);
    if (!without) return Failure(without.error());
    live_ = *std::move(without);
    if (after_detach) return Failure(*std::exchange(after_detach, {}));
    return answers_in_time ? Result<void>{} : fail(ErrorKind::timeout, "libvirt did not answer");
  }
  [[nodiscard]] Result<void> undefine(const std::string&) override {
    calls.emplace_back("undefine");
    undefined_ = true;
    return {};
  }

  void rename(std::string name) { state_.name = std::move(name); }
  void set_uuid(std::string uuid) { state_.uuid = std::move(uuid); }
  void set_config(std::string xml) { config_ = std::move(xml); }
  void set_live(std::string xml) { live_ = std::move(xml); }
  [[nodiscard]] const std::string& config() const { return config_; }
  [[nodiscard]] const std::string& live() const { return live_; }

 protected:
  void run() {
    live_ = config_;
    state_.running = true;
  }
  void stop() {
    live_.clear();
    state_.running = false;
  }

 private:
  DomainState state_;
  bool undefined_ = false;
  std::string defined_;  // the name of what was defined last, which has the one configuration
  std::string config_, live_;
  std::string uri_ = "fake:///";
};

template <class Libvirt = GuestAgent>
class FakeGuestAgent : public Libvirt {
 public:
  std::function<Result<std::string>(const std::string& command)> agent;
  std::vector<std::string> guest_addresses;

  [[nodiscard]] Result<std::vector<std::string>> addresses(const std::string&) override {
    return guest_addresses;
  }
  [[nodiscard]] Result<std::string> ask_agent(const std::string&, const std::string& command,
                                              std::chrono::seconds) override {
    if (agent) return agent(command);
    return fail(ErrorKind::unsupported, "no agent answers");
  }
};

class FakeHypervisor : public FakeDomainStore<FakeGuestAgent<Hypervisor>> {
 public:
  using FakeDomainStore::FakeDomainStore;

  std::vector<std::string> network_xmls;

  [[nodiscard]] Result<void> start(const std::string&) override {
    calls.emplace_back("start");
    run();
    return {};
  }
  [[nodiscard]] Result<void> request_shutdown(const std::string&) override {
    calls.emplace_back("shutdown");
    if (guest_lets_go) stop();
    return {};
  }
  [[nodiscard]] Result<void> destroy(const std::string&) override {
    calls.emplace_back("destroy");
    stop();
    return {};
  }
  [[nodiscard]] Result<std::vector<std::string>> networks() override { return network_xmls; }
  [[nodiscard]] Result<std::uint64_t> version() override { return 9'000'000; }
  [[nodiscard]] Result<std::string> domain_capabilities() override {
    return fail(ErrorKind::unsupported, "this libvirt does not say");
  }
};

}  // namespace gpupass::test
