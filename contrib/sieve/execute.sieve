require ["vnd.dovecot.execute", "variables", "fileinto", "mailbox"];
execute :pipe :output "verdict" "backsift" ["classify", "-"];
if string :contains "${verdict}" "forged" {
    fileinto :create "Backscatter";
    stop;
}
