import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { shownJob } from './shown-job.ts';

type Job = Awaited<ReturnType<BullMQAdapter['getJobs']>>[number];

/** A queue of Tintype for bull-board, whose jobs show no prompt. */
export class PictureQueueAdapter extends BullMQAdapter {
  override async getJob(id: string): ReturnType<BullMQAdapter['getJob']> {
    const job = await super.getJob(id);
    return job && withoutContents(job);
  }

  override async getJobs(...wanted: Parameters<BullMQAdapter['getJobs']>): Promise<Job[]> {
    return (await super.getJobs(...wanted)).map(withoutContents);
  }
}

/** bull-board shows what a job says of itself. */
function withoutContents(job: Job): Job {
  const whole = job.toJSON();
  return Object.assign(job, { toJSON: () => shownJob(whole) });
}
