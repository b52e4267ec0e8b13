namespace RoadSeg.Trainer.Training;

/// <summary>The learning rate's factor as a pure function of the update number.</summary>
internal sealed class Schedule(TrainingOptions options, long totalSteps)
{
    private const double WarmupStart = 0.01;

    // One-cycle (Smith 2018) as torch.optim.lr_scheduler.OneCycleLR sets it: rise for 30 % from 1/25, fall to 1/25/1e4.
    private const double RiseShare = 0.3;
    private const double Divisor = 25;
    private const double FinalDivisor = 1e4;

    public double Factor(long step)
    {
        var progress = Math.Clamp(totalSteps <= 1 ? 0 : (double)step / totalSteps, 0, 1);
        var warmup = step < options.WarmupSteps ? WarmupStart + ((1 - WarmupStart) * step / options.WarmupSteps) : 1;
        return options.Schedule switch
        {
            ScheduleKind.Poly => warmup * Math.Pow(1 - progress, options.PolyPower),
            ScheduleKind.Cosine => warmup * 0.5 * (1 + Math.Cos(Math.PI * progress)),
            ScheduleKind.OneCycle when progress < RiseShare => Anneal(1 / Divisor, 1, progress / RiseShare),
            ScheduleKind.OneCycle => Anneal(1, 1 / Divisor / FinalDivisor, (progress - RiseShare) / (1 - RiseShare)),
            _ => warmup,
        };
    }

    private static double Anneal(double from, double to, double share) => to + ((from - to) * 0.5 * (1 + Math.Cos(Math.PI * share)));
}
