require ["vnd.dovecot.filter", "fileinto", "mailbox"];
filter "backsift" ["filter"];
if header :contains "X-Backsift" "origin=forged" {
    fileinto :create "Backscatter";
    stop;
}
