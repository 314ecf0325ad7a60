#!/bin/bash
# watchdog.sh: the service manager's watchdog, and what it is told meanwhile.
#
# In: WATCHDOG_USEC of a second and a socket that stands for the manager.  The daemon
# idles; then a reload makes it read a policy that does not come (a pipe without a writer),
# so that its loop hangs; then the policy comes.
#
# Out: pings at least twice a second while the loop turns, none while it hangs, and again
# after it; a process that is not meant (WATCHDOG_PID) sends none.

. tests/support/tap.sh || exit 1
. tests/support/daemon.sh || exit 1

cat >"$CONF" <<-END
	policy = "policy.conf";
	inputs = ( { name = "local"; type = "syslog"; listen = "unix:$D/log.sock"; } );
	outputs = ( { name = "out"; type = "file"; path = "out.jsonl"; } );
END
cp conf/annex-i.conf "$D/policy.conf"
cp conf/annex-i.conf "$D/policy.later"

python3 - "$PURPOSED" "$CONF" "$D" >"$T/said" <<-'END'
	import os, signal, socket, subprocess, sys, time
	purposed, conf, folder = sys.argv[1:]
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind(folder + '/notify')
	def start(**more):
	    return subprocess.Popen([purposed, 'serve', '-c', conf], stderr=subprocess.DEVNULL,
	                            env=dict(os.environ, NOTIFY_SOCKET=folder + '/notify',
	                                     WATCHDOG_USEC='1000000', **more))
	def listen(seconds, until=None):
	    """What comes in that time, or until such a message."""
	    got, end = [], time.monotonic() + seconds
	    while (left := end - time.monotonic()) > 0:
	        s.settimeout(left)
	        try:
	            got.append(s.recv(4096).decode())
	        except TimeoutError:
	            break
	        if until and got[-1].startswith(until):
	            break
	    return got
	def pings(got):
	    return sum('WATCHDOG=1' in message for message in got)
	p = start()
	listen(60, 'READY')
	print('idle', pings(listen(4)))
	os.unlink(folder + '/policy.conf')
	os.mkfifo(folder + '/policy.conf')
	before = time.monotonic_ns() // 1000
	p.send_signal(signal.SIGHUP)
	got = listen(60, 'RELOADING')
	usec = int(got[-1].split('MONOTONIC_USEC=')[1].split()[0])
	print('reloading', before <= usec <= time.monotonic_ns() // 1000)
	print('hanging', pings(listen(3)))
	with open(folder + '/policy.conf', 'w') as policy, open(folder + '/policy.later') as later:
	    policy.write(later.read())
	got = listen(60, 'READY')
	print('ready', got[-1])
	print('again', pings(listen(4)))
	p.terminate()
	print('stopping', listen(60, 'STOPPING')[-1], p.wait())
	os.unlink(folder + '/policy.conf')
	os.rename(folder + '/policy.later', folder + '/policy.conf')
	listen(0.1)
	p = start(WATCHDOG_PID='1')
	listen(60, 'READY')
	print('other', pings(listen(2)))
	p.terminate()
	p.wait()
END
said_of() {
	sed -n "s/^$1 //p" "$T/said"
}
ok "at least a ping a second while it idles: $(said_of idle) in 4 s" test "$(said_of idle)" -ge 4
is "a reload is told with its time" "$(said_of reloading)" True
is "no ping while the loop hangs" "$(said_of hanging)" 0
is "ready, when it goes on" "$(said_of ready)" READY=1
ok "and pings again: $(said_of again) in 4 s" test "$(said_of again)" -ge 4
is "the end is told" "$(said_of stopping)" "STOPPING=1 0"
is "no ping for another process" "$(said_of other)" 0
done_testing
