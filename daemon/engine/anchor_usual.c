/*
 * Lines as the programs of most systems write them, with nobody in them: what must be
 * expected of a log before any rule is thought of.  Windows and anchors are chosen by
 * them, so that what stands in every other line is not what is looked for; what is
 * found does not depend on them.
 */
#include <purposed/engine/anchor_private.h>

#include <stddef.h>

const char *const anchor_usual[] = {
	"203.0.113.7 - - [10/Oct/2024:13:55:36 +0200] \"GET /index.html HTTP/1.1\" 200 2326 \"-\" "
	"\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
	"Chrome/120.0.0.0 Safari/537.36\"",
	"203.0.113.81 - - [14/Jan/2025:04:12:09 +0000] \"GET "
	"/wp-content/themes/main/css/style.min.css?ver=6.4.2 HTTP/2.0\" 304 0 "
	"\"https://www.example.com/blog/category/news/\" \"Mozilla/5.0 (X11; Linux x86_64; "
	"rv:121.0) Gecko/20100101 Firefox/121.0\"",
	"198.51.100.23 - - [02/Feb/2026:23:40:18 +0100] \"POST "
	"/api/v1/events?page=2&sort=name&limit=50 HTTP/1.1\" 201 548 "
	"\"https://www.example.org/search?q=contact\" \"Mozilla/5.0 (Macintosh; Intel Mac OS X "
	"10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15\"",
	"192.0.2.144 - - [21/Aug/2023:07:03:55 -0500] \"HEAD /favicon.ico HTTP/1.1\" 404 153 \"-\" "
	"\"curl/7.88.1\"",
	"192.0.2.9 - - [30/Nov/2025:18:26:31 +0000] \"GET /images/products/logo-large.png "
	"HTTP/1.1\" 200 48211 \"https://www.example.net/about/services.html\" \"Mozilla/5.0 "
	"(iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	"Version/16.6 Mobile/15E148 Safari/604.1\"",
	"203.0.113.200 - - [05/May/2024:00:00:01 +0000] \"GET /robots.txt HTTP/1.1\" 200 67 \"-\" "
	"\"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)\"",
	"198.51.100.77 - - [17/Jul/2025:11:48:02 +0200] \"GET /static/js/vendor.bundle.js "
	"HTTP/1.1\" 200 190422 \"https://shop.example.com/cart/checkout\" \"Mozilla/5.0 (Linux; "
	"Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.6045.66 Mobile "
	"Safari/537.36\"",
	"2001:db8::15 - - [09/Sep/2024:16:20:44 +0000] \"GET /account/settings/profile?lang=en "
	"HTTP/1.1\" 302 138 \"-\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) "
	"Gecko/20100101 Firefox/115.0\"",
	"198.51.100.4 - - [12/Jun/2023:09:31:27 +0200] \"GET /assets/fonts/open-sans.woff2 "
	"HTTP/1.1\" 206 17544 \"https://www.example.com/\" \"Mozilla/5.0 (iPad; CPU OS 15_5 like "
	"Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/114.0.5735.99 Mobile/15E148 "
	"Safari/604.1\"",
	"203.0.113.19 - - [28/Apr/2024:20:15:00 +0000] \"PUT /rest/items/4821 HTTP/1.1\" 403 209 "
	"\"-\" \"python-requests/2.31.0\"",
	"192.0.2.61 - - [03/Dec/2025:05:59:12 +0100] \"GET /download/archive/report-2025.pdf "
	"HTTP/1.1\" 200 1048576 \"https://www.google.com/\" \"Mozilla/5.0 (Windows NT 6.1; WOW64; "
	"Trident/7.0; rv:11.0) like Gecko\"",
	"192.0.2.200 - - [19/Mar/2024:22:10:39 +0000] \"GET /docs/help/login?next=%2Fhome "
	"HTTP/1.0\" 301 162 \"-\" \"Mozilla/5.0 (compatible; Googlebot/2.1; "
	"+http://www.google.com/bot.html)\"",
	"198.51.100.90 - - [25/Dec/2023:14:44:50 +0000] \"OPTIONS /health HTTP/1.1\" 200 2 \"-\" "
	"\"kube-probe/1.27\"",
	"203.0.113.50 - - [08/Feb/2025:03:33:33 +0000] \"GET /.env HTTP/1.1\" 404 548 \"-\" "
	"\"Go-http-client/1.1\"",
	"203.0.113.51 - - [08/Feb/2025:03:33:34 +0000] \"POST /xmlrpc.php HTTP/1.1\" 405 42 \"-\" "
	"\"Apache-HttpClient/4.5.13 (Java/11.0.20)\"",
	"www.example.com:443 203.0.113.99 - - [15/Apr/2025:08:08:08 +0200] \"GET "
	"/media/gallery/agenda.jpg HTTP/1.1\" 200 84213 \"https://www.example.com/gallery/\" "
	"\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
	"Chrome/118.0.0.0 Safari/537.36 Edg/118.0.2088.46\"",
	"[Fri Mar 14 09:12:33.482913 2025] [proxy_fcgi:error] [pid 2211:tid 140211] [client "
	"203.0.113.4:51234] AH01071: Got error 'Primary script unknown'",
	"[Mon Oct 07 01:00:00 2024] [mpm_event:notice] [pid 991:tid 1401] AH00489: Apache/2.4.57 "
	"(Debian) configured -- resuming normal operations",
	"2024/10/07 12:01:44 [error] 1234#1234: *5678 open() \"/var/www/html/missing.html\" failed "
	"(2: No such file or directory), client: 203.0.113.8, server: example.com, request: \"GET "
	"/missing.html HTTP/1.1\", host: \"example.com\"",
	"2025/01/30 06:15:22 [warn] 77#77: *90 an upstream response is buffered to a temporary "
	"file /var/cache/nginx/proxy_temp/1/00/0000000001 while reading upstream, upstream: "
	"\"http://127.0.0.1:8080/data\"",
	"2024-05-01 00:00:12 GET /default.aspx - 443 - 203.0.113.12 "
	"Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64) - 200 0 0 46",
	"Oct 11 22:14:15 web01 haproxy[14389]: 203.0.113.30:33317 [11/Oct/2024:22:14:15.655] "
	"http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 \"GET /index.html "
	"HTTP/1.1\"",
	"Oct 11 22:14:15 host1 sshd[2201]: Server listening on 0.0.0.0 port 22.",
	"Mar  3 04:05:06 host1 sshd[811]: Received disconnect from 203.0.113.5 port 40222:11: Bye "
	"Bye [preauth]",
	"Mar  3 04:05:07 host1 sshd[811]: Connection closed by 203.0.113.5 port 40222 [preauth]",
	"Mar  3 04:06:17 host1 sshd[899]: pam_unix(sshd:auth): authentication failure; logname= "
	"uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.5",
	"Jun 21 06:25:01 host2 CRON[4411]: pam_unix(cron:session): session opened for user "
	"root(uid=0) by (uid=0)",
	"Jun 21 06:25:02 host2 CRON[4412]: (root) CMD (test -x /usr/sbin/anacron || ( cd / && "
	"run-parts --report /etc/cron.daily ))",
	"Jun 21 06:25:03 host2 CRON[4411]: pam_unix(cron:session): session closed for user root",
	"Sep 14 10:00:01 host3 systemd[1]: Starting Daily apt download activities...",
	"Sep 14 10:00:02 host3 systemd[1]: apt-daily.service: Deactivated successfully.",
	"Sep 14 10:00:02 host3 systemd[1]: Finished Daily apt download activities.",
	"Sep 14 10:00:03 host3 systemd[1]: Started Session 1422 of user root.",
	"Sep 14 10:00:04 host3 systemd[1]: nginx.service: Main process exited, code=exited, "
	"status=1/FAILURE",
	"Sep 14 10:00:04 host3 systemd[1]: nginx.service: Failed with result 'exit-code'.",
	"Sep 14 10:00:05 host3 systemd[1]: Stopped target Timers.",
	"Sep 14 10:00:06 host3 systemd-logind[622]: New session 77 of user root.",
	"Sep 14 10:00:07 host3 systemd-logind[622]: Session 77 logged out. Waiting for processes "
	"to exit.",
	"Sep 14 10:00:08 host3 systemd-resolved[511]: Using degraded feature set UDP instead of "
	"UDP+EDNS0 for DNS server 192.0.2.53.",
	"Nov  5 17:22:10 host4 kernel: [12345.678901] eth0: Link is Up - 1Gbps/Full - flow control "
	"rx/tx",
	"Nov  5 17:22:11 host4 kernel: usb 1-1: new high-speed USB device number 4 using xhci_hcd",
	"Nov  5 17:22:12 host4 kernel: [UFW BLOCK] IN=eth0 OUT= MAC=00:16:3e:00:00:01 "
	"SRC=203.0.113.77 DST=192.0.2.1 LEN=40 TOS=0x00 PREC=0x00 TTL=245 ID=54321 PROTO=TCP "
	"SPT=44123 DPT=23 WINDOW=1024 RES=0x00 SYN URGP=0",
	"Nov  5 17:22:13 host4 kernel: EXT4-fs (sda1): mounted filesystem with ordered data mode. "
	"Opts: errors=remount-ro",
	"Nov  5 17:22:14 host4 kernel: Out of memory: Killed process 2112 (java) "
	"total-vm:4194304kB, anon-rss:2097152kB, file-rss:0kB",
	"Dec  1 03:14:15 mail postfix/smtpd[3021]: connect from unknown[203.0.113.66]",
	"Dec  1 03:14:16 mail postfix/smtpd[3021]: disconnect from unknown[203.0.113.66] ehlo=1 "
	"auth=0/1 quit=1 commands=2/3",
	"Dec  1 03:14:17 mail postfix/qmgr[944]: 4F2A1C0012: removed",
	"Dec  1 03:14:18 mail postfix/cleanup[3044]: 4F2A1C0013: "
	"message-id=<20241201031418.4F2A1C0013@mail.example.com>",
	"Dec  1 03:14:19 mail postfix/smtp[3045]: 4F2A1C0013: to=<root@localhost>, "
	"relay=127.0.0.1[127.0.0.1]:10024, delay=1.2, delays=0.1/0/0.1/1, dsn=2.0.0, status=sent "
	"(250 2.0.0 Ok: queued as 4F2A1C0014)",
	"Dec  1 03:14:20 mail dovecot: imap-login: Disconnected (no auth attempts in 2 secs): "
	"user=<>, rip=203.0.113.66, lip=192.0.2.25, TLS, session=<abcdefgh>",
	"Jan  9 12:00:00 fw dhcpd[701]: DHCPACK on 192.0.2.101 to 00:16:3e:00:00:02 via eth1",
	"Jan  9 12:00:01 fw named[655]: client @0x7f1c 192.0.2.101#53211 (www.example.com): query: "
	"www.example.com IN A +E(0) (192.0.2.1)",
	"Jan  9 12:00:02 fw dnsmasq[411]: forwarded www.example.com to 192.0.2.53",
	"Jan  9 12:00:03 fw ntpd[390]: Soliciting pool server 192.0.2.123",
	"Jan  9 12:00:04 fw rsyslogd: [origin software=\"rsyslogd\" swVersion=\"8.2302.0\" "
	"x-pid=\"502\" x-info=\"https://www.rsyslog.com\"] rsyslogd was HUPed",
	"Jan  9 12:00:05 fw dbus-daemon[433]: [system] Successfully activated service "
	"'org.freedesktop.timedate1'",
	"Jan  9 12:00:06 fw NetworkManager[500]: <info>  [1704801606.1234] device (eth0): state "
	"change: activated -> deactivating (reason 'connection-removed')",
	"Jan  9 12:00:07 fw dockerd[880]: time=\"2025-01-09T12:00:07.123456789Z\" level=info "
	"msg=\"Container failed to exit within 10s of signal 15 - using the force\" "
	"container=0123456789ab",
	"Jan  9 12:00:08 fw kubelet[1022]: E0109 12:00:08.000000    1022 pod_workers.go:1300] "
	"\"Error syncing pod, skipping\" err=\"failed to \\\"StartContainer\\\" for \\\"app\\\" "
	"with CrashLoopBackOff\"",
	"<34>1 2025-03-04T05:06:07.890Z host5 app 4321 ID47 [exampleSDID@32473 iut=\"3\" "
	"eventSource=\"Application\"] starting worker process",
	"2025-02-11T09:10:11.123Z INFO  [main] org.springframework.boot.StartupInfoLogger : "
	"Started Application in 4.221 seconds (process running for 5.01)",
	"2025-02-11T09:10:12.456Z WARN  [http-nio-8080-exec-3] "
	"o.s.w.s.m.s.DefaultHandlerExceptionResolver : Resolved "
	"[org.springframework.web.HttpRequestMethodNotSupportedException: Request method 'PUT' is "
	"not supported]",
	"2025-02-11T09:10:13.789Z ERROR [pool-2-thread-1] com.example.service.OrderProcessor - "
	"Failed to process message from queue, will retry in 30 seconds",
	"java.lang.IllegalStateException: Cannot call sendError() after the response has been "
	"committed",
	"\tat "
	"com.example.web.filter.RequestLoggingFilter.doFilterInternal(RequestLoggingFilter.java:"
	"57)",
	"\tat "
	"java.base/java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1136)",
	"Caused by: java.net.SocketTimeoutException: Read timed out",
	"\t... 42 more",
	"2025-02-11 09:10:14,321 DEBUG [HikariPool-1 housekeeper] "
	"com.zaxxer.hikari.pool.HikariPool - Pool stats (total=10, active=0, idle=10, waiting=0)",
	"2025-02-11 09:10:15.000 UTC [4021] LOG:  checkpoint complete: wrote 120 buffers (0.7%); 0 "
	"WAL file(s) added, 0 removed, 1 recycled; write=11.9 s, sync=0.01 s, total=12.0 s; "
	"distance=800 kB, estimate=900 kB",
	"2025-02-11 09:10:16.000 UTC [4077] ERROR:  duplicate key value violates unique constraint "
	"\"items_pkey\"",
	"2025-02-11 09:10:16.001 UTC [4077] STATEMENT:  INSERT INTO items (id, label, created_at) "
	"VALUES ($1, $2, now())",
	"2025-02-11T09:10:17.100000Z 0 [Warning] [MY-010068] [Server] CA certificate ca.pem is "
	"self signed.",
	"2025-02-11T09:10:18.200000Z 12 [Note] Aborted connection 12 to db: 'shop' host: "
	"'localhost' (Got timeout reading communication packets)",
	"12:M 11 Feb 2025 09:10:19.300 * Background saving terminated with success",
	"{\"timestamp\":\"2025-02-11T09:10:20.001Z\",\"level\":\"INFO\",\"logger\":\"com.example."
	"api.Controller\",\"thread\":\"worker-3\",\"message\":\"Request "
	"completed\",\"status\":200,\"duration_ms\":35,\"path\":\"/api/"
	"orders\",\"method\":\"GET\"}",
	"{\"time\":\"2025-02-11T09:10:21Z\",\"level\":\"error\",\"msg\":\"connection "
	"refused\",\"component\":\"scheduler\",\"host\":\"10.0.0.12\",\"port\":5432,\"attempt\":3,"
	"\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\"}",
	"{\"level\":\"debug\",\"ts\":1739265022.345,\"caller\":\"server/"
	"http.go:142\",\"msg\":\"handled "
	"request\",\"request_id\":\"9f1c2d3e-4a5b-4c6d-8e7f-0a1b2c3d4e5f\",\"latency\":0.0123,"
	"\"bytes\":512}",
	"{\"t\":{\"$date\":\"2025-02-11T09:10:23.456+00:00\"},\"s\":\"I\",\"c\":\"NETWORK\",\"id\":"
	"22943,\"ctx\":\"listener\",\"msg\":\"Connection "
	"accepted\",\"attr\":{\"remote\":\"127.0.0.1:51000\",\"connectionId\":42,"
	"\"connectionCount\":7}}",
	"{\"@timestamp\":\"2025-02-11T09:10:24.000Z\",\"log.level\":\"info\",\"event\":{\"action\":"
	"\"refresh\",\"outcome\":\"success\",\"category\":\"cache\"},\"service\":{\"name\":"
	"\"catalog\",\"version\":\"1.4.2\"},\"tags\":[\"production\",\"eu-west-1\"]}",
	"{\"eventVersion\":\"1.08\",\"eventTime\":\"2025-02-11T09:10:25Z\",\"eventSource\":\"s3."
	"amazonaws.com\",\"eventName\":\"GetObject\",\"awsRegion\":\"eu-west-1\",\"errorCode\":"
	"\"AccessDenied\",\"resources\":[{\"type\":\"AWS::S3::Object\"}]}",
	"time=2025-02-11T09:10:26.000Z level=info msg=\"listening on\" addr=0.0.0.0:9090 "
	"component=web version=2.48.0",
	"ts=2025-02-11T09:10:27.111Z caller=compact.go:523 level=info component=tsdb msg=\"write "
	"block\" mint=1739257200000 maxt=1739264400000 duration=1.2345s",
	"level=warn ts=2025-02-11T09:10:28Z method=POST path=/v1/push status=429 duration=12ms "
	"msg=\"rate limit exceeded, retry later\" tenant=default",
	"I0211 09:10:29.222222       1 controller.go:116] \"Updating object\" kind=\"Deployment\" "
	"namespace=\"default\" name=\"frontend\" generation=4",
	"[2025-02-11 09:10:30] production.ERROR: Undefined variable $title in "
	"/var/www/app/resources/views/page.blade.php on line 12 {\"exception\":\"[object] "
	"(ErrorException(code: 0))\"}",
	"[2025-02-11T09:10:31.123456 #4321]  INFO -- : Completed 200 OK in 45ms (Views: 20.1ms | "
	"ActiveRecord: 5.2ms | Allocations: 10240)",
	"[11/Feb/2025 09:10:32] \"GET /admin/static/base.css HTTP/1.1\" 200 16307",
	"2025-02-11 09:10:33,444 INFO sqlalchemy.engine.Engine SELECT items.id, items.title FROM "
	"items WHERE items.state = ? ORDER BY items.created LIMIT ?",
	"Traceback (most recent call last):",
	"  File \"/usr/lib/python3/dist-packages/app/tasks.py\", line 88, in run_task",
	"    result = self.execute(context, timeout=self.timeout)",
	"ValueError: invalid literal for int() with base 10: 'none'",
	"[09:10:34 INF] Executed endpoint 'Shop.Controllers.HomeController.Index (Shop)'",
	"info: Microsoft.Hosting.Lifetime[14] Now listening on: http://localhost:5000",
	"PHP Warning:  Undefined array key \"page\" in /srv/www/site/index.php on line 31",
	"npm ERR! code ELIFECYCLE errno 1 build script failed, see the complete log of this run",
	"2025-02-11 09:10:35 INFO  worker-7 processed batch 1201 in 350 ms, 25 records, 0 errors, "
	"queue size 18",
	"2025-02-11 09:10:36 INFO  backup finished, 1204 files copied to /mnt/backup/daily, total "
	"3.2 GB, elapsed time 00:12:31",
	"2025-02-11 09:10:37 WARN  disk usage on /var is 91%, threshold is 90%, please clean up "
	"old archives",
	"2025-02-11 09:10:38 ERROR could not open connection to database server "
	"db1.example.internal:5432, timeout after 30000 ms",
	"2025-02-11 09:10:39 INFO  configuration reloaded from /etc/app/config.yml, 14 plugins "
	"enabled, feature flags: search=on, export=off",
	"2025-02-11 09:10:40 NOTICE certificate for www.example.com renewed, expires in 89 days, "
	"next check in 12 hours",
	"2025-02-11 09:10:41 DEBUG cache miss for key product:list:page:3, loading from storage, "
	"ttl=300",
	"2025-02-11 09:10:42 INFO  message delivered to topic events, partition 4, offset 998211, "
	"size 2048 bytes",
	"2025-02-11 09:10:43 INFO  job nightly-report started by scheduler, step 1 of 5: "
	"collecting data",
	"2025-02-11 09:10:44 FATAL unexpected end of file while reading header of segment "
	"000000010000000A, shutting down",
	"type=SERVICE_START msg=audit(1739265045.123:456): pid=1 uid=0 auid=4294967295 "
	"ses=4294967295 subj=unconfined msg='unit=cron comm=\"systemd\" "
	"exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'",
	"Feb 11 09:10:46 switch1 %LINEPROTO-5-UPDOWN: Line protocol on Interface "
	"GigabitEthernet0/1, changed state to down",
	"Feb 11 09:10:47 asa1 %ASA-6-302013: Built outbound TCP connection 12345 for "
	"outside:203.0.113.9/443 (203.0.113.9/443) to inside:192.0.2.33/50123 (192.0.2.33/50123)",
	"date=2025-02-11 time=09:10:48 devname=\"fw1\" logid=\"0000000013\" type=\"traffic\" "
	"subtype=\"forward\" level=\"notice\" vd=\"root\" srcip=192.0.2.34 srcport=50321 "
	"dstip=203.0.113.10 dstport=443 policyid=5 action=\"accept\" service=\"HTTPS\" "
	"sentbyte=1520 rcvdbyte=8040",
	"1739265049.050 125 192.0.2.35 TCP_MISS/200 4120 GET http://www.example.com/page - "
	"HIER_DIRECT/203.0.113.11 text/html",
	"02/11/2025-09:10:50.123456  [**] [1:2013028:4] ET POLICY curl User-Agent Outbound [**] "
	"[Classification: Attempted Information Leak] [Priority: 2] {TCP} 192.0.2.36:41000 -> "
	"203.0.113.12:80",
	NULL,
};
