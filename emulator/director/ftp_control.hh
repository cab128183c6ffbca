#pragma once
// The FTP helper at work: what it remembers of a control connection (masqueraded TCP, virtual port
// 21), and what it does to that connection's packets. The words themselves are ftp.hh's.
//
// Theory of operation. The client's PORT or EPRT makes the data connection that the server will
// open: client's data end > virtual end, port 20 > server, its control port less one. The server's
// 227 or 229 makes the one that the client will open, whose port is not known yet, and the words
// are replaced by the virtual end. Both wait in state LISTEN, controlled by the control connection.
// Where the words differ in length, what follows in that direction is shifted (SequenceShift), and
// so is what the client acknowledges.
//
// One worked reply. 198.51.100.1:21 answers PASV with "227 Entering Passive Mode
// (198,51,100,1,4,1)." at 192.0.2.10:21. The connection 203.0.113.5:0 > 192.0.2.10:1025 >
// 198.51.100.1:1025 is made, the words become "192,0,2,10,4,1", two bytes less: headers and the
// text before the words move forward by two, and later segments of the server say two less.
//
// As IPVS, it reads only segments whose checksum is right: others are dropped. The helper is of the
// virtual port, but the server's words are only replaced while there is a service of port 21 with a
// masquerading server; without one the reply that has them is dropped (ServiceTable::tracks).

#include <memory>
#include <vector>

#include "emulator/director/ftp.hh"
#include "emulator/director/sequence_shift.hh"

namespace lvslab::director {

struct FtpControl {
  FtpMode mode = FtpMode::active;  // what the client asked for last
  SequenceShift to_client;         // of the server's segments
  SequenceShift to_server;         // of the client's: only if another director said so
};

// FtpControls of all connections, used again: a warm director allocates none.
class FtpControls {
 public:
  FtpControl* make() {
    if (spare_.empty()) {
      all_.push_back(std::make_unique<FtpControl>());
      spare_.reserve(all_.size());
      return all_.back().get();
    }
    FtpControl* control = spare_.back();
    spare_.pop_back();
    *control = {};
    return control;
  }
  void release(FtpControl* control) { spare_.push_back(control); }
  size_t used() const { return all_.size() - spare_.size(); }

 private:
  std::vector<std::unique_ptr<FtpControl>> all_;
  std::vector<FtpControl*> spare_;
};

}  // namespace lvslab::director
