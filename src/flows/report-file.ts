/** Where the rest is. The file is gone with the job: what keeps it is said too. */
export const reportFile = 'the report file (output `report`; in service-pipeline.yml an artifact of the run)';
