# shellcheck shell=sh disable=SC2034
# Exim in the private root: local domain home.test with .forward files, far.test at the SMTP sink on
# port 2525. The pipe transport is as Debian ships it (address_pipe runs no shell), with the
# temp_errors that contrib/ asks for.
mta_packages=exim4-daemon-light

mta_start() {
    add_user Debian-exim
    mkdir -p /var/spool/exim4 /var/log/exim4 /etc/exim4 /run/exim4
    chown Debian-exim:Debian-exim /var/spool/exim4 /var/log/exim4 /run/exim4
    chmod 4755 /usr/sbin/exim4
    cat >/etc/exim4/exim4.conf <<'EOF'
primary_hostname = mx.home.test
domainlist local_domains = home.test
local_interfaces = 127.0.0.1
disable_ipv6 = true
acl_smtp_rcpt = accept
untrusted_set_sender = *
trusted_users = root
local_from_check = false
keep_environment =
tls_advertise_hosts =
delay_warning = 1s
begin routers
far:
  driver = manualroute
  domains = far.test
  transport = sink
  route_list = far.test 127.0.0.1
  self = send
userforward:
  driver = redirect
  domains = +local_domains
  check_local_user
  file = $home/.forward
  no_verify
  no_expn
  check_ancestor
  allow_filter
  pipe_transport = address_pipe
  file_transport = address_file
  reply_transport = address_reply
localuser:
  driver = accept
  domains = +local_domains
  check_local_user
  transport = maildir_home
begin transports
sink:
  driver = smtp
  port = 2525
  hosts_try_fastopen =
address_pipe:
  driver = pipe
  return_fail_output
  temp_errors = *
address_file:
  driver = appendfile
  maildir_format
address_reply:
  driver = autoreply
maildir_home:
  driver = appendfile
  directory = $home/Maildir
  maildir_format
  delivery_date_add
  envelope_to_add
  return_path_add
begin retry
* * F,10m,2s
EOF
    # Forced runs: one that finds the retry time not reached would warn without what the server said.
    /usr/sbin/exim4 -bdf -qf2s >/dev/null 2>&1 &
    wait_for 10 sh -c 'ls /run/exim4/*.pid'
}

mta_flush() {
    /usr/sbin/exim4 -qff
}

mta_log() {
    cat /var/log/exim4/mainlog
}
