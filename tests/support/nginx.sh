# nginx: an nginx of our own on the loopback.  To be sourced by bash after
# tests/support/tap.sh.
#
# $NGINX is its folder, $HTTP its port.  It ends with the script.

. tests/support/net.sh || exit 1

NGINX="$T/nginx"
HTTP=

# Starts it on a port that is free.  Standard input is what stands within `http`, with PORT
# in place of the port.
nginx_start() {
	local http

	http=$(cat)
	mkdir -p "$NGINX/tmp"
	HTTP=$(free_ports 1)
	cat >"$NGINX/nginx.conf" <<-END
		daemon on;
		$([ "$(id -u)" -ne 0 ] || echo 'user root;')
		worker_processes 1;
		pid $NGINX/pid;
		error_log $NGINX/error.log;
		events { }
		http {
		  client_body_temp_path $NGINX/tmp; proxy_temp_path $NGINX/tmp;
		  fastcgi_temp_path $NGINX/tmp; uwsgi_temp_path $NGINX/tmp; scgi_temp_path $NGINX/tmp;
		  ${http//PORT/$HTTP}
		}
	END
	# It listens when this returns, but has its pid file only a little later.
	nginx -p "$NGINX" -e "$NGINX/error.log" -c "$NGINX/nginx.conf" 2>"$NGINX/start" &&
		within 60 test -s "$NGINX/pid" && return 0
	diag "$(cat "$NGINX/start")"
	return 1
}

# Waits until all of it writes to FILE: so long after a SIGUSR1 the old one gets lines.
nginx_writes_to() { # FILE
	within 60 nginx_has_open "$1"
}

nginx_has_open() { # FILE
	local pid main

	main=$(cat "$NGINX/pid")
	for pid in "$main" $(cat "/proc/$main/task/$main/children"); do
		readlink "/proc/$pid/fd/"* | grep -qxF "$1" || return 1
	done
}

# It takes its pid file away last.
nginx_stop() {
	[ ! -s "$NGINX/pid" ] || kill "$(cat "$NGINX/pid")" && within 60 test ! -e "$NGINX/pid"
}
at_end nginx_stop
