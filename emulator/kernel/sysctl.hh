#pragma once
// Settings of one namespace below /proc/sys/net. Only net.* is accepted: anything else would change
// the machine. Both the namespace and user-namespace root may write; a read-only /proc/sys (as in
// containers) shows as an error that names key and value.
//
// Keys are written as sysctl(8) takes them: "net.ipv4.conf.all.arp_ignore", or with slashes,
// "net/ipv4/conf/all/arp_ignore". The separator that comes first decides; the other one then is
// part of a name. So interface "eth0.100" is "net.ipv4.conf.eth0/100.arp_ignore" or
// "net/ipv4/conf/eth0.100/arp_ignore".

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/kernel/namespace.hh"

namespace lvslab::kernel {

using SysctlSetting = std::pair<std::string, std::string>;  // key, value

// Throws SystemError naming key and value; UsageError for a key that is not below net.
void set_sysctl(const Namespace& in, std::string_view key, std::string_view value);
// Many with one change of namespace, in order; stops at the first that fails.
void set_sysctls(const Namespace& in, std::span<const SysctlSetting> settings);
// Sets it where it exists; false where this kernel has no such key (br_netfilter not loaded).
bool set_sysctl_if_there(const Namespace& in, std::string_view key, std::string_view value);
// Without the newline at its end.
std::string get_sysctl(const Namespace& in, std::string_view key);

// "net/ipv4/conf/eth0.100/arp_ignore" for any accepted form.
std::string sysctl_path(std::string_view key);
// The name of an interface as part of a dotted key: "eth0.100" -> "eth0/100".
std::string sysctl_name(std::string_view interface);

}  // namespace lvslab::kernel
