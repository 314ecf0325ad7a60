# net: free ports, certificates, and senders of exactly these bytes.  To be sourced by
# bash after tests/support/tap.sh.

# Prints N ports that nobody uses, TCP and UDP alike, and that no other test is given until
# this script has ended: a process holds an abstract socket for each of them so long.
free_ports() { # N
	python3 - "$1" "$$" <<-'END'
		import os, random, select, socket, sys
		script = os.pidfd_open(int(sys.argv[2]))
		ports, held = [], []
		while len(ports) < int(sys.argv[1]):
		    port = random.randrange(20000, 32000)
		    mark = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		    try:
		        mark.bind('\0purposed-test-port-%d' % port)
		        for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
		            with socket.socket(socket.AF_INET6, kind) as s:
		                s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
		                s.bind(('::', port))
		    except OSError:
		        mark.close()
		        continue
		    ports.append(port)
		    held.append(mark)
		print(*ports, flush=True)
		if os.fork() == 0:
		    # It has nothing else of the script open.
		    kept = {script, *(mark.fileno() for mark in held)}
		    for fd in set(map(int, os.listdir('/proc/self/fd'))) - kept:
		        try:
		            os.close(fd)
		        except OSError:
		            pass
		    select.select([script], [], [])
		    os._exit(0)
	END
}

# Makes a certificate authority NAME.pem, and certificates of it.
make_ca() { # NAME
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" \
		-out "$1.pem" 2>/dev/null
}

make_cert() { # CA NAME SUBJECT-ALTERNATIVE-NAMES
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$2" -keyout "$2.key" -out "$2.csr" \
		2>/dev/null
	openssl x509 -req -in "$2.csr" -CA "$1.pem" -CAkey "$1.key" -CAcreateserial -days 2 \
		-extfile <(echo "subjectAltName=$3") -out "$2.pem" 2>/dev/null
}

# Runs Python that has the names `connect` (an address as in a configuration; for tls, the
# certificate to show and the authority to believe, or None) and `args`.
python_net() { # ARGS... <CODE
	python3 -c '
import os, re, socket, ssl, sys, time
args = sys.argv[1:]
def connect(address, cert=None, ca=None, version=None):
    kind, path, host, port = re.fullmatch(
        r"(\w+):(?:(/(?!/).*)|//\[?(.*?)\]?:(\d+))", address).groups()
    stream = kind in ("unixstream", "tcp", "tls")
    family = socket.AF_UNIX if path else socket.AF_INET6 if ":" in host else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM)
    s.connect(path or (host, int(port)))
    if kind == "tls":
        context = ssl.create_default_context(cafile=ca)
        if not ca:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if version:
            context.maximum_version = version
        if cert:
            context.load_cert_chain(cert + ".pem", cert + ".key")
        s = context.wrap_socket(s, server_hostname=host)
    return s
exec(sys.stdin.read())' "$@"
}

# Sends standard input to an address.
send_to() { # ADDRESS [CERT CA]
	local bytes

	bytes=$(mktemp "$T/bytes.XXXXXX")
	cat >"$bytes"
	python_net "$1" "$bytes" "${2:-}" "${3:-}" <<-'END'
		s = connect(args[0], args[2] or None, args[3] or None)
		s.sendall(open(args[1], 'rb').read())
		# TLS 1.3: whoever was refused learns it only now
		if 'tls' in args[0]:
		    s = s.unwrap()
		s.close()
	END
}
