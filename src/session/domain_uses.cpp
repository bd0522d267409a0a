// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/session/domain_uses.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "gpupass/core/sysfs.hpp"
#include "gpupass/discover/holders.hpp"

namespace gpupass::session {
namespace {

using Functions = std::vector<PciAddress>;

/// The name of the folder that a path is in.
std::optional<PciAddress> device_of_folder(const std::string& path) {
  const auto end = path.rfind('/');
  if (end == std::string::npos) return std::nullopt;
  return parse_pci_address(std::filesystem::path(path.substr(0, end)).filename().string());
}

/// Whose child a mediated device is: of one that is there, by its place in /sys; of one that mdevctl makes
/// when it is needed, by mdevctl's own files.
std::optional<PciAddress> parent_of(const Host& host, const std::string& uuid) {
  if (const auto path = host.resolve(sysfs::on_bus("mdev", uuid))) return device_of_folder(*path);
  const std::string k_defined = "/etc/mdevctl.d";
  for (const auto& parent : host.list(k_defined).value_or(std::vector<std::string>{})) {
    if (host.exists(k_defined + "/" + parent + "/" + uuid)) return parse_pci_address(parent);
  }
  return std::nullopt;
}

/// The functions that a pool hands out: those named, and the virtual functions of its parents.
Functions functions_of(const NetworkPool& pool, const Host& host, const Inventory& inventory) {
  auto functions = pool.functions;
  for (const auto& interface : pool.parents) {
    const auto name = host.link_name(sysfs::of_class("net", interface, "device"));
    const auto address = name ? parse_pci_address(*name) : std::nullopt;
    const auto* const parent = address ? inventory.find(*address) : nullptr;
    if (parent == nullptr || !parent->sriov) continue;
    std::ranges::copy(parent->sriov->virtual_functions, std::back_inserter(functions));
  }
  std::ranges::sort(functions);
  functions.erase(std::unique(functions.begin(), functions.end()), functions.end());
  return functions;
}

/// Where networks cannot be asked (no network daemon runs) none hands anything out.
std::vector<std::string> network_texts(HypervisorFacts& libvirt) {
  return libvirt.networks().value_or(std::vector<std::string>{});
}

std::vector<NetworkPool> network_pools(const std::vector<std::string>& texts) {
  std::vector<NetworkPool> pools;
  for (const auto& xml : texts) {
    auto pool = pool_of(xml);
    if (pool && !(pool->functions.empty() && pool->parents.empty())) pools.push_back(*std::move(pool));
  }
  return pools;
}

using Pools = std::map<std::string, Functions>;

Pools pools_of(const std::vector<std::string>& texts, const Host& host, const Inventory& inventory) {
  Pools pools;
  for (const auto& pool : network_pools(texts)) {
    auto functions = functions_of(pool, host, inventory);
    if (!functions.empty()) pools.emplace(pool.network, std::move(functions));
  }
  return pools;
}

class Uses {
 public:
  Uses(const Host& host, const Inventory& inventory, const Pools& pools)
      : host_(host), inventory_(inventory), pools_(pools) {}

  void add(const DomainState& domain, bool running, const std::vector<DomainDevice>& devices) {
    for (const auto& device : devices) {
      DomainUse use{{}, domain.name, running, "", device.mediated, device.network, device.node};
      if (!is_editable(device.way)) use.through = element_of(device.way);
      for (const auto& function : functions_of(device)) {
        use.device = function;
        add(use);
      }
    }
  }

  /// What a network hands out although no domain is in it.
  void add_idle_pools() {
    for (const auto& [network, functions] : pools_) {
      const auto is_of_it = [&network = network](const DomainUse& use) { return use.network == network; };
      if (std::ranges::any_of(uses_, is_of_it)) continue;
      for (const auto& function : functions) uses_.push_back({function, "", false, "", "", network});
    }
  }

  [[nodiscard]] std::vector<DomainUse> sorted() && {
    std::ranges::stable_sort(uses_, {}, &DomainUse::device);
    return std::move(uses_);
  }

 private:
  [[nodiscard]] Functions functions_of(const DomainDevice& device) {
    if (device.function) return {*device.function};
    if (!device.node.empty()) {
      if (!below_) below_.emplace(host_, inventory_);
      return device.way == DeviceWay::direct ? below_->interface(device.node) : below_->disk(device.node);
    }
    if (device.way == DeviceWay::network) {
      const auto pool = pools_.find(device.network);
      return pool == pools_.end() ? Functions{} : pool->second;
    }
    const auto parent = parent_of(host_, device.mediated);
    return parent ? Functions{*parent} : Functions{};
  }

  /// What a running guest has is mostly in its configuration as well, and is said once.
  void add(const DomainUse& use) {
    auto configured = use;
    configured.running = true;
    if (std::ranges::find(uses_, configured) == uses_.end()) uses_.push_back(use);
  }

  const Host& host_;
  const Inventory& inventory_;
  const Pools& pools_;
  std::optional<discover::Below> below_;  // made when the first disk is asked for
  std::vector<DomainUse> uses_;
};

}  // namespace

Result<LibvirtTexts> read_texts(Hypervisor& hypervisor) {
  LibvirtTexts texts;
  GPUPASS_TRY_ASSIGN(const auto domains, hypervisor.domains());
  for (const auto& domain : domains) {
    DomainTexts read{domain, "", ""};
    for (const auto view : {DomainView::live, DomainView::config}) {
      if (view == DomainView::live ? !domain.running : !domain.persistent) continue;
      auto xml = hypervisor.xml(domain.name, view);
      if (!xml && xml.error().kind == ErrorKind::not_found) continue;  // it went since
      if (!xml) return Failure(xml.error());
      (view == DomainView::live ? read.live : read.config) = *std::move(xml);
    }
    texts.domains.push_back(std::move(read));
  }
  texts.networks = network_texts(hypervisor);
  return texts;
}

std::vector<DomainUse> domain_uses(const LibvirtTexts& texts, const Host& host, const Inventory& inventory,
                                   const std::string& except_uuid) {
  const auto pools = pools_of(texts.networks, host, inventory);
  Uses uses(host, inventory, pools);
  for (const auto& domain : texts.domains) {
    for (const auto* const xml : {&domain.live, &domain.config}) {
      auto devices = domain_devices(*xml);
      if (!devices) continue;
      // A disk of it is nowhere any more once the domain has its controller.
      if (domain.state.uuid == except_uuid)
        std::erase_if(*devices, [](const DomainDevice& device) { return device.node.empty(); });
      uses.add(domain.state, xml == &domain.live, *devices);
    }
  }
  uses.add_idle_pools();
  return std::move(uses).sorted();
}

Result<std::vector<DomainUse>> domain_uses(Hypervisor& hypervisor, const Host& host,
                                           const Inventory& inventory, const std::string& except_uuid) {
  GPUPASS_TRY_ASSIGN(const auto texts, read_texts(hypervisor));
  return domain_uses(texts, host, inventory, except_uuid);
}

Result<std::vector<DomainDevice>> devices_in(HypervisorFacts& libvirt, const std::string& xml) {
  GPUPASS_TRY_ASSIGN(auto devices, domain_devices(xml));
  const auto is_of_a_network = [](const DomainDevice& device) { return !device.network.empty(); };
  if (std::ranges::none_of(devices, is_of_a_network)) return devices;
  const auto pools = network_pools(network_texts(libvirt));
  std::erase_if(devices, [&](const DomainDevice& device) {
    return is_of_a_network(device) &&
           std::ranges::find(pools, device.network, &NetworkPool::network) == pools.end();
  });
  return devices;
}

}  // namespace gpupass::session
