require ["vnd.dovecot.pipe"];
pipe "backsift" ["deliver"];
stop;
