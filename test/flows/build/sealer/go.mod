module wf-deploy.io/test/sealer

go 1.24
