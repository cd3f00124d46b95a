module wf-deploy.io/lab/pause

go 1.24
