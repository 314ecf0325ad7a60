# nginx: an nginx of our own on the loopback.  To be sourced by bash after
# tests/support/tap.sh.
#
# $NGINX is its folder, $HTTP its port.  It ends with the script.

NGINX="$T/nginx"
HTTP=

# Starts it on a port that is free.  Standard input is what stands within `http`, with PORT
# in place of the port.
nginx_start() {
	local http try

	http=$(cat)
	mkdir -p "$NGINX/tmp"
	for try in {1..20}; do
		HTTP=$((20000 + RANDOM % 12000))
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
		nginx -p "$NGINX" -e "$NGINX/error.log" -c "$NGINX/nginx.conf" 2>"$NGINX/start" && return 0
	done
	diag "$(cat "$NGINX/start")"
	return 1
}

# It takes its pid file away last.
nginx_stop() {
	[ ! -s "$NGINX/pid" ] || kill "$(cat "$NGINX/pid")" && within 60 test ! -e "$NGINX/pid"
}
at_end nginx_stop
