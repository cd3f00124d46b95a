module wf-deploy.io/lab/sample

go 1.24
