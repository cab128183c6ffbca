#pragma once
// A director on its ports: an embedded host whose LOCAL_IN and FORWARD hooks are a Director. The
// host owns ports, neighbours, routes and its own ICMP; the director decides.
//
// HostConfig::forwarding is net.ipv4.ip_forward and means what it means for IPVS: route and tunnel
// work without it, replies of masquerade do not.

#include <memory>
#include <optional>

#include "emulator/director/director.hh"
#include "emulator/host/host.hh"
#include "emulator/node/handled.hh"
#include "emulator/node/marks.hh"
#include "emulator/node/node.hh"
#include "emulator/node/sync_sender.hh"

namespace lvslab::node {

class DirectorNode : public Node, private host::Hooks, private director::Routes {
 public:
  // Throws UsageError for a host that cannot be. config.seed seeds the director too.
  explicit DirectorNode(host::HostConfig config, const director::Settings& settings = {});
  DirectorNode(const DirectorNode&) = delete;
  DirectorNode& operator=(const DirectorNode&) = delete;

  // Host::restart(), and a director without rules. Nothing is traced any more, nothing marked.
  void restart(uint64_t seed, const director::Settings& settings);

  void receive(uint32_t port, wire::Frame frame, Time now, Outbox& outbox) override;
  void tick(Time now, Outbox& outbox) override;
  Time next_deadline() const override;

  // Changes nothing when the kernel would refuse: throws director::CommandError, or says why.
  void apply(const ipvs::Command& command, Time now);
  [[nodiscard]] director::Refusal try_apply(const ipvs::Command& command, Time now);

  // What its firewall marks, from the next packet on.
  void set_marks(std::vector<MarkRule> marks) { marks_ = std::move(marks); }

  // sysctl net.ipv4.vs.*, from the next packet on.
  void change(const director::Settings& settings) { director_.change(settings); }

  // While it runs: Host's, and the director looks its ways up anew.
  void add_address(uint32_t port, const wire::Prefix& address);
  void remove_address(uint32_t port, const wire::Prefix& address);

  const director::Director& director() const { return director_; }
  host::Host& host() { return host_; }
  const host::Host& host() const { return host_; }

  // From now on what the director says is kept, for at most `bound` packets.
  void trace(size_t bound) { log_.emplace(bound); }
  // Requires trace().
  const HandledLog& handled() const { return *log_; }

 private:
  class TracingOutbox;

  host::HookResult local_in(wire::Frame& packet, Time now) override;
  host::HookResult forward(wire::Frame& packet, Time now) override;
  host::HookResult local_out(wire::Frame& packet, Time now) override;
  bool wants_whole(uint8_t protocol) const override { return director_.wants_whole(protocol); }
  std::optional<wire::IpAddress> way_of(wire::Frame& packet) override {
    return director_.way_of(packet);
  }
  bool gathers_first() const override { return director_.tracks(); }
  host::HookResult process(wire::Frame& packet, director::Hook hook, Time now);
  const ipvs::Daemon* daemon(ipvs::DaemonRole role) const;
  void notice_path_mtus();
  void take_daemons();
  void send_sync_messages(Time now, Outbox& outbox);
  std::optional<uint32_t> port_of(const std::string& interface) const;
  uint64_t remember(const director::Verdict& verdict, const director::Note& note, Time now);

  std::optional<director::Route> route_to(const wire::IpAddress& address) const override;
  std::optional<uint32_t> mtu_of(const std::string& interface) const override;
  void learn_path_mtu(const wire::IpAddress& to, uint32_t mtu, Time now) override;

  host::Host host_;
  director::Director director_;
  std::vector<MarkRule> marks_;
  ipvs::DaemonStatus daemons_;  // that run
  SyncSender sync_sender_;
  uint64_t path_mtu_changes_ = 0;  // as far as the director knows of them
  std::optional<HandledLog> log_;
  // Of the frame being received, while tracing.
  uint32_t port_in_ = 0;
  uint64_t in_hash_ = 0;
};

}  // namespace lvslab::node
