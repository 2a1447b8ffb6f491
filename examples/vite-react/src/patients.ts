import alarm from 'virtual:tintype/patients/alarm';
import cuckoo from 'virtual:tintype/patients/cuckoo';
import longcase from 'virtual:tintype/patients/longcase';

export const patients = [
  {
    name: 'Longcase, 1794',
    picture: longcase,
    complaint: 'Stops at ten past four, every afternoon, and only in company.',
    treatment:
      'Nothing wrong with the movement. We moved it out of the draught from the tea room door, and it has not missed an hour since.',
  },
  {
    name: 'Cuckoo, about 1910',
    picture: cuckoo,
    complaint: 'The bird comes out, says nothing, and stays out.',
    treatment:
      'New leather on both bellows, a drop of oil on the hinge, and four days in a quiet room. It said its first word on Thursday.',
  },
  {
    name: 'Alarm, 1958',
    picture: alarm,
    complaint: 'Thrown. The owner is sorry, and has brought the dent along.',
    treatment:
      'A straight balance staff and a softer bell. The dent stays: it is the only thing in the house that remembers that morning.',
  },
] as const;
