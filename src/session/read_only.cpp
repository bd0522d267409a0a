// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/read_only.hpp"

#include <utility>

namespace gpupass::session {
namespace {

class ReadOnly final : public Hypervisor {
 public:
  ReadOnly(std::unique_ptr<Hypervisor> inner, const Host& host) : inner_(std::move(inner)), host_(host) {}

  [[nodiscard]] const std::string& uri() const override { return inner_->uri(); }
  [[nodiscard]] Result<std::vector<DomainState>> domains() override { return inner_->domains(); }
  [[nodiscard]] Result<DomainState> domain(const std::string& name) override { return inner_->domain(name); }
  [[nodiscard]] Result<std::string> xml(const std::string& name, DomainView view) override {
    return inner_->xml(name, view);
  }
  [[nodiscard]] Result<std::vector<std::string>> addresses(const std::string& name) override {
    return inner_->addresses(name);
  }
  [[nodiscard]] Result<std::vector<std::string>> networks() override { return inner_->networks(); }
  [[nodiscard]] Result<std::uint64_t> version() override { return inner_->version(); }
  [[nodiscard]] Result<std::string> domain_capabilities() override { return inner_->domain_capabilities(); }

  [[nodiscard]] Result<void> define(const std::string&) override { return host_.changeable(); }
  [[nodiscard]] Result<void> attach_live(const std::string&, const std::string&) override {
    return host_.changeable();
  }
  [[nodiscard]] Result<void> request_detach_live(const std::string&, const std::string&) override {
    return host_.changeable();
  }
  [[nodiscard]] Result<void> start(const std::string&) override { return host_.changeable(); }
  [[nodiscard]] Result<void> request_shutdown(const std::string&) override { return host_.changeable(); }
  [[nodiscard]] Result<void> destroy(const std::string&) override { return host_.changeable(); }
  [[nodiscard]] Result<void> undefine(const std::string&) override { return host_.changeable(); }
  [[nodiscard]] Result<std::string> ask_agent(const std::string&, const std::string&,
                                              std::chrono::seconds) override {
    return Failure(host_.changeable().error());
  }

 private:
  std::unique_ptr<Hypervisor> inner_;
  const Host& host_;
};

}  // namespace

Connect read_only(Connect connect, const Host& host) {
  return
      [connect = std::move(connect), &host](
          const std::string& uri, std::chrono::milliseconds deadline) -> Result<std::unique_ptr<Hypervisor>> {
        GPUPASS_TRY_ASSIGN(auto inner, connect(uri, deadline));
        return std::make_unique<ReadOnly>(std::move(inner), host);
      };
}

}  // namespace gpupass::session
